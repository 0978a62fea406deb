import type { Language } from "../contract/text.ts";
import type { Environment } from "./environment.ts";
import type { Connection, EngineClient } from "./link/client.ts";
import { messages } from "./messages/index.ts";
import { worded } from "./messages/message.ts";
import { paintFor } from "./output/paint.ts";
import { placesFor } from "./places.ts";
import type { OutputFormat, Session } from "./session.ts";

/** The options that decide which engine is meant, as they were given; a value with odd characters is quoted. */
const leadingOptions = (options: Readonly<Record<string, unknown>>): readonly string[] =>
  ["lab", "data", "socket"].flatMap((name) => {
    const value = options[name];
    if (typeof value !== "string") return [];
    return [`--${name}`, /^[\w./@:-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`];
  });

/** Makes the session of one command. Nothing is loaded or connected before it is asked for. */
export const openSession = (
  environment: Environment,
  { language, options }: { readonly language: Language; readonly options: Readonly<Record<string, unknown>> },
): Session => {
  const { stdout, stderr, userId, user } = environment;
  const format = (options["output"] ?? "table") as OutputFormat;
  const places = placesFor(options, environment);
  const connections: Connection[] = [];

  const open = async (): Promise<EngineClient> => {
    const { connect } = await import("./link/client.ts");
    const connection = connect({ socketPath: places.socketPath, user });
    connections.push(connection);
    return connection.client;
  };

  const session: Session = {
    environment,
    language,
    format,
    places,
    paint: paintFor(stdout, environment.env),
    connections,
    command: (rest) => ["slipway", ...leadingOptions(options), rest].join(" "),
    say: (key, ...params) => worded(language, messages[key], ...params),
    async engine() {
      const { isListening, startPrivateEngine, unreachable } = await import("./link/launch.ts");
      if (!(await isListening(places, userId))) {
        if (places.socketNamed) throw unreachable(places.socketPath, "ENOENT");
        await startPrivateEngine(places, environment);
      }
      return open();
    },
    async runningEngine() {
      const { isListening } = await import("./link/launch.ts");
      return (await isListening(places, userId)) ? open() : undefined;
    },
    async show(value, lines) {
      if (format === "json") stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
      else if (format === "yaml") stdout.write((await import("yaml")).stringify(value));
      else for (const line of lines()) stdout.write(`${line}\n`);
    },
    tell: (line) => {
      if (format === "table") stdout.write(`${line}\n`);
    },
    note: (line) => {
      stderr.write(`${line}\n`);
    },
  };
  return session;
};
