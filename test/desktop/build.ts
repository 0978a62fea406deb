import { rmSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { build, type Plugin } from "vite";
import { bundleShell } from "../../scripts/desktop/bundle.ts";

const root = join(import.meta.dirname, "..", "..");

/** What is tested: the shell and the console, as Electron 9 (Chrome 83, Node 12.14) can run them. */
export interface OldBuild {
  /** Folder with main.cjs and preload.cjs. */
  readonly shell: string;
  readonly ui: string;
}

/** Everything that the language has learned since; before the first line of `file`. */
const polyfilled = (file: string): Plugin => ({
  name: "polyfills",
  transform: (code, id) => (id.endsWith(file) ? `import "core-js/stable";\n${code}` : undefined),
});

/**
 * Builds both for the one Electron that can be had from a package registry here. Only wiring may be judged by it: styles
 * that Chrome 83 does not know are left as they are.
 */
export const buildForElectron9 = async (): Promise<OldBuild> => {
  const folder = join(root, "dist", "electron-9");
  const built = { shell: folder, ui: join(folder, "ui") };
  rmSync(folder, { recursive: true, force: true });
  await bundleShell({
    folder: built.shell,
    target: "es2019",
    plugins: [polyfilled("/electron/main.ts")],
  });
  await build({
    configFile: false,
    root: join(root, "renderer"),
    logLevel: "warn",
    plugins: [polyfilled("/renderer/main.tsx"), react()],
    build: {
      outDir: built.ui,
      emptyOutDir: true,
      target: "es2020",
      minify: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      modulePreload: { polyfill: false },
    },
  });
  return built;
};

if (import.meta.main) await buildForElectron9();
