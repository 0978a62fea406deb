import { FitAddon } from "@xterm/addon-fit";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { Terminal, type ITheme } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";

const themes: Readonly<Record<"light" | "dark", ITheme>> = {
  light: {
    background: "#ffffff",
    foreground: "#1b1f24",
    cursor: "#1a56b0",
    cursorAccent: "#ffffff",
    selectionBackground: "#b7d1f5",
    black: "#1b1f24",
    red: "#b42318",
    green: "#116329",
    yellow: "#7d4e00",
    blue: "#1a56b0",
    magenta: "#8e2a9c",
    cyan: "#0f6674",
    white: "#515b66",
    brightBlack: "#515b66",
    brightRed: "#c8372d",
    brightGreen: "#1a7f37",
    brightYellow: "#8a5a00",
    brightBlue: "#0969da",
    brightMagenta: "#a0369f",
    brightCyan: "#117585",
    brightWhite: "#1b1f24",
  },
  dark: {
    background: "#0d1014",
    foreground: "#e6e9ed",
    cursor: "#7db3ff",
    cursorAccent: "#0d1014",
    selectionBackground: "#2d4f80",
    black: "#0d1014",
    red: "#ff8b82",
    green: "#56d364",
    yellow: "#e3b341",
    blue: "#7db3ff",
    magenta: "#e0a2f0",
    cyan: "#5fd3e0",
    white: "#d5dae0",
    brightBlack: "#98a2ad",
    brightRed: "#ffa198",
    brightGreen: "#7ee787",
    brightYellow: "#f2cc60",
    brightBlue: "#a5c8ff",
    brightMagenta: "#ecc3f7",
    brightCyan: "#8ae6ef",
    brightWhite: "#ffffff",
  },
};

/** The nonce this page was served with: the policy lets no other styles in that a library makes. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";

/** Style sheets that xterm makes while it opens carry the nonce: without it the policy of the page refuses them. */
const openLawfully = (terminal: Terminal, element: HTMLElement): void => {
  const make = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const made = make(name, options);
    if (name === "style") made.nonce = nonce;
    return made;
  };
  try {
    terminal.open(element);
  } finally {
    // The one of the prototype shows again.
    Reflect.deleteProperty(document, "createElement");
  }
};

/**
 * Colours beyond the palette are set by xterm as the attribute `style` of spans, which the policy of the page refuses. The
 * object model, which it allows, does the same.
 */
HTMLSpanElement.prototype.setAttribute = function setAttribute(name: string, value: string): void {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
};

/** A terminal on the page, and what makes it fit. */
export interface Screen {
  readonly terminal: Terminal;
  fit(): void;
  look(appearance: "light" | "dark"): void;
  dispose(): void;
}

/** How a terminal is drawn. */
export interface ScreenOptions {
  readonly appearance: "light" | "dark";
  /** Read out as the name of the place where one types. */
  readonly label: string;
  /** A player takes no input, and its size is the recording's. */
  readonly readOnly?: { readonly columns: number; readonly rows: number };
}

/** Draws a terminal into an element of the page. */
export const openScreen = (element: HTMLElement, options: ScreenOptions): Screen => {
  const { appearance, label, readOnly } = options;
  const terminal = new Terminal({
    allowProposedApi: true,
    theme: themes[appearance],
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--mono"),
    fontSize: 13,
    scrollback: 10_000,
    minimumContrastRatio: 4.5,
    cursorBlink: false,
    macOptionIsMeta: true,
    ...(readOnly === undefined
      ? {}
      : {
          disableStdin: true,
          cols: readOnly.columns,
          rows: readOnly.rows,
          cursorInactiveStyle: "none" as const,
        }),
  });
  const fitting = new FitAddon();
  terminal.loadAddon(fitting);
  // Wide characters take two columns, as programs think they do.
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  openLawfully(terminal, element);
  if (terminal.textarea !== undefined) terminal.textarea.setAttribute("aria-label", label);
  return {
    terminal,
    fit: () => fitting.fit(),
    look: (next) => {
      terminal.options.theme = themes[next];
    },
    dispose: () => terminal.dispose(),
  };
};
