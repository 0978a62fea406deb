import ssh2, { type AnyAuthMethod, type AuthHandlerMiddleware } from "ssh2";
import type { Credential } from "./credentials.ts";

/** The walk through the ways to log in, and what came of it. */
export interface AuthWalk {
  readonly handler: AuthHandlerMiddleware;
  /** Labels of the ways that were really tried. */
  tried(): readonly string[];
  /** For people: what the server offers, what was skipped and why. */
  story(): string;
  /** Something a way reported on its own, such as an agent that does not answer. */
  note(line: string): void;
}

type Way = { readonly label: string; readonly method: string; readonly start: AnyAuthMethod };

/**
 * Answers ssh2's question for the next way to try. A way the server does not offer is skipped, and a password it has
 * refused is not offered a second time by keyboard-interactive: that would count as two failures where accounts lock.
 */
export const authWalk = (user: string, credentials: readonly Credential[]): AuthWalk => {
  const left = credentials.flatMap((credential) => waysOf(user, credential));
  const tried: string[] = [];
  const notes: string[] = [];
  let offered: readonly string[] | null = null;
  let passwordRefused = false;
  let previous: Way | undefined;

  const next = (methods: readonly string[] | null, outcome: "partial" | "refused"): Way | undefined => {
    if (methods !== null) offered = methods;
    if (previous?.method === "password" && outcome === "refused" && (offered ?? []).includes("password")) {
      passwordRefused = true;
    }
    for (let way = left.shift(); way !== undefined; way = left.shift()) {
      const refusedAlready = way.method === "keyboard-interactive" && passwordRefused;
      if (refusedAlready) continue;
      if (offered === null || offered.includes(way.method)) return way;
      notes.push(`${way.label} skipped: the server does not offer ${way.method}`);
    }
    return undefined;
  };

  return {
    // ssh2 passes null for both on the first call, which its types leave out.
    handler: (methods: readonly string[] | null, partial: boolean | null, answer) => {
      const way = next(methods, partial === true ? "partial" : "refused");
      previous = way;
      if (way === undefined) {
        // ssh2 takes false for "nothing left"; its types leave that out too.
        answer(false as never);
        return;
      }
      if (!tried.includes(way.label)) tried.push(way.label);
      answer(way.start);
    },
    tried: () => tried,
    story: () =>
      [`the server offers: ${offered === null ? "unknown" : offered.join(", ")}`, ...notes].join("\n"),
    note: (line) => notes.push(line),
  };
};

const waysOf = (username: string, credential: Credential): readonly Way[] => {
  const { label } = credential;
  switch (credential.kind) {
    case "key":
      return [{ label, method: "publickey", start: { type: "publickey", username, key: credential.key } }];
    case "agent":
      return [
        {
          label,
          method: "publickey",
          start: { type: "agent", username, agent: ssh2.createAgent(credential.socket) },
        },
      ];
    case "password":
      return [
        { label, method: "password", start: { type: "password", username, password: credential.password } },
        {
          label,
          method: "keyboard-interactive",
          start: {
            type: "keyboard-interactive",
            username,
            prompt: (...[, , , prompts, finish]) => finish(prompts.map(() => credential.password)),
          },
        },
      ];
  }
};
