import type { Completion } from "../command.ts";
import { globalOptions } from "../commands/common.ts";
import { nouns } from "../commands/index.ts";
import type { Environment } from "../environment.ts";
import { languageOf } from "../language.ts";
import { openSession } from "../open-session.ts";
import type { Session } from "../session.ts";
import { candidatesFor } from "./candidates.ts";

/** An engine that is busy must not make the shell wait. */
const PATIENCE_MS = 1_500;

/**
 * Answers a shell: one candidate a line, a tab and a description where there is one. A last line `:file` or `:folder`
 * asks the shell to complete paths itself. No engine is started for it, and no failure is ever shown.
 */
export const complete = async (line: readonly string[], environment: Environment): Promise<string> => {
  const language = languageOf(environment.env);
  const { words, names } = candidatesFor(line, {
    nouns,
    globals: globalOptions,
    describe: (text) => text[language],
  });
  const lines = words.map(({ word, text }) => (text === undefined ? word : `${word}\t${text}`));
  if (names === "file" || names === "folder") lines.push(`:${names}`);
  else if (names !== "none") {
    const options = Object.fromEntries(
      ["data", "socket", "lab"].flatMap((name) => {
        const value = line[line.indexOf(`--${name}`) + 1];
        return line.includes(`--${name}`) && value !== undefined ? [[name, value]] : [];
      }),
    );
    lines.push(...(await namesOf(names, openSession(environment, { language, options })).catch(() => [])));
  }
  return lines.map((text) => `${text}\n`).join("");
};

const namesOf = async (kind: Completion, session: Session): Promise<readonly string[]> => {
  const client = await session.runningEngine();
  if (client === undefined) return [];
  const quickly = { context: { deadlineMs: PATIENCE_MS } };
  try {
    switch (kind) {
      case "operation":
        return (await client.operations.list({ limit: 50 }, quickly)).map(
          ({ id, workflow, cluster, status }) => `${id}\t${workflow} ${cluster} ${status}`,
        );
      case "machine":
        return (await client.machines.list({}, quickly)).map(
          ({ name, cluster, address }) => `${name}\t${cluster} ${address}`,
        );
      case "cluster":
        return [...new Set((await client.machines.list({}, quickly)).map(({ cluster }) => cluster))];
      case "secret":
        return (await client.secrets.list(undefined, quickly)).map(({ name }) => name);
      case "endpoint":
        return (await client.hostKeys.list(undefined, quickly)).map(({ endpoint }) => endpoint);
      case "file":
      case "folder":
      case "none":
        return [];
    }
  } finally {
    for (const connection of session.connections) connection.close();
  }
};
