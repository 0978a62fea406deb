import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { CommandSpec } from "./command.ts";
import { globalOptions } from "./commands/common.ts";
import { nouns } from "./commands/index.ts";
import { candidatesFor } from "./completion/candidates.ts";
import type { EngineSettings } from "./engine-settings.ts";
import type { Environment } from "./environment.ts";
import { languageOf } from "./language.ts";
import { messages } from "./messages/index.ts";
import { labNamespace, placesFor } from "./places.ts";
import { runCli } from "./run.ts";
import { labNamespacePath } from "../adapters/lab/layout.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly started: readonly EngineSettings[];
}

const environment = (changes: Partial<Environment> = {}): Environment => ({
  argv: [],
  env: {},
  version: "1.2.3",
  user: "alice",
  userId: 1000,
  home: "/home/alice",
  stdin: Readable.from([]),
  stdout: { write: () => true },
  stderr: { write: () => true },
  self: ["node", "main.ts"],
  runEngine: () => Promise.resolve(0),
  ...changes,
});

const slipway = async (line: string, env: Environment["env"] = {}): Promise<Ran> => {
  let [out, err] = ["", ""];
  const started: EngineSettings[] = [];
  const code = await runCli(
    environment({
      argv: line.split(" ").filter((part) => part !== ""),
      env,
      stdout: { write: (text) => (out += text), columns: 100 },
      stderr: { write: (text) => (err += text) },
      runEngine: (settings) => {
        started.push(settings);
        return Promise.resolve(0);
      },
    }),
  );
  return { code, out, err, started };
};

const verbs: readonly [string, CommandSpec][] = nouns.flatMap((noun) =>
  noun.verbs.map((verb): [string, CommandSpec] => [
    noun.name === verb.name ? noun.name : `${noun.name} ${verb.name}`,
    verb,
  ]),
);

describe("help", () => {
  test.each(verbs)("of `%s` has its examples, in both languages", async (line, verb) => {
    const english = await slipway(`${line} --help`);
    const chinese = await slipway(`${line} --help --lang zh-CN`);
    expect([english.code, chinese.code]).toEqual([0, 0]);
    for (const example of verb.examples) {
      expect(example.line).toContain(
        `slipway ${line.replace(/^(engine run|console open)$/, (both) => both.split(" ")[0] ?? "")}`,
      );
      expect(english.out).toContain(example.line);
      expect(chinese.out).toContain(example.text["zh-CN"]);
    }
    expect(chinese.out).toContain("用法：");
    expect(chinese.out).not.toMatch(/Usage|Options:|Arguments:/);
  });

  test("of the program lists every noun", async () => {
    const { out, code } = await slipway("--help");
    expect(code).toBe(0);
    for (const { name } of nouns) expect(out).toContain(`\n  ${name}`);
  });

  test("a noun alone shows what it can do, and counts as wrong usage", async () => {
    const { out, code } = await slipway("machine");
    expect(code).toBe(2);
    expect(out).toContain("slipway machine list");
  });
});

describe("wrong usage", () => {
  test.each([
    ["opertion list", "there is no command opertion; did you mean operation?"],
    ["operation lst", "there is no command lst; did you mean list?"],
    ["operation list --satus failed", "there is no option --satus; did you mean --status?"],
    ["operation show", "operation is missing"],
    ["cluster check", "-f, --file <path> must be given"],
    ["cluster check -f", "-f, --file <path> needs a value"],
    ["machine list x", "too many arguments"],
    ["--output xml machine list", "xml is not possible for --output <format>: table, json, yaml"],
    ["completion tcsh", "tcsh is not possible for shell: bash, zsh, fish"],
  ])("`%s` is refused with what is wrong and what is near", async (line, problem) => {
    const { err, code } = await slipway(line);
    expect(code).toBe(2);
    expect(err).toContain(`error USAGE: ${problem}\n`);
  });

  test("is explained in Chinese to those who read it", async () => {
    const { err } = await slipway("operation lst", { LANG: "zh_CN.UTF-8" });
    expect(err).toContain("错误 USAGE: 没有命令 lst; 是否想输入 list？");
  });

  test("is JSON where JSON was asked for", async () => {
    const { err, code } = await slipway("operation lst --output json");
    expect(code).toBe(2);
    expect(JSON.parse(err)).toMatchObject({ code: "USAGE" });
  });
});

describe("places", () => {
  test("a user's engine lives in the user's own state folder, root's in /var/lib", () => {
    expect(placesFor({}, environment()).data).toBe("/home/alice/.local/state/slipway");
    expect(placesFor({}, environment({ env: { XDG_STATE_HOME: "/x" } })).data).toBe("/x/slipway");
    expect(placesFor({}, environment({ userId: 0 })).data).toBe("/var/lib/slipway");
  });

  test("options win over variables, and variables over conventions", () => {
    const env = { SLIPWAY_HOME: "/srv/slipway", SLIPWAY_SOCKET: "/run/s.sock" };
    expect(placesFor({}, environment({ env }))).toMatchObject({
      data: "/srv/slipway",
      socketPath: "/run/s.sock",
      socketNamed: true,
    });
    expect(placesFor({ data: "/d" }, environment()).socketPath).toBe("/d/engine.sock");
  });

  test("a lab has an engine of its own, inside the network that the lab made", () => {
    const places = placesFor({ lab: "two" }, environment({ env: { SLIPWAY_LAB_HOME: "/labs" } }));
    expect(places).toMatchObject({ data: "/labs/two/state", socketNamed: false });
    expect(labNamespace("two")).toBe(labNamespacePath("two"));
  });
});

describe("the engine command", () => {
  test("becomes the engine, with or without the word run", async () => {
    const { started } = await slipway("engine --data /d --recover wait --socket-group ops");
    expect(started).toEqual([
      { data: "/d", socketPath: "/d/engine.sock", recover: "wait", socketGroup: "ops" },
    ]);
    expect((await slipway("engine run --data /d --exit-when-idle 5")).started).toEqual([
      { data: "/d", socketPath: "/d/engine.sock", recover: "resume", exitWhenIdleSeconds: 5 },
    ]);
  });
});

test.each([
  [{}, "en"],
  [{ LANG: "zh_CN.UTF-8" }, "zh-CN"],
  [{ LANG: "zh_CN.UTF-8", LC_ALL: "C" }, "en"],
  [{ LANG: "en_US.UTF-8", LC_MESSAGES: "zh_TW" }, "zh-CN"],
  [{ LANG: "de_DE" }, "en"],
])("the locale %j speaks %s", (env, language) => {
  expect(languageOf(env)).toBe(language);
});

test("every message names the same parameters in both languages", () => {
  const names = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();
  for (const [key, found] of Object.entries(messages)) {
    expect([key, names(found["zh-CN"])]).toEqual([key, names(found.en)]);
  }
});

describe("completion", () => {
  const offered = (line: string): readonly string[] => {
    const { words, names } = candidatesFor(line.split(" "), {
      nouns,
      globals: globalOptions,
      describe: (text) => text.en,
    });
    return [...words.map(({ word }) => word), ...(names === "none" ? [] : [`<${names}>`])];
  };

  test.each([
    ["", ["cluster", "operation", "lab"]],
    ["operation ", ["list", "watch", "retry"]],
    ["operation watch ", ["<operation>"]],
    ["--lang en operation watch ", ["<operation>"]],
    ["operation skip op-0000000001 ", ["<machine>"]],
    ["operation retry op-0000000001 --machine ", ["<machine>"]],
    ["operation list --", ["--status", "--cluster", "--output", "--lang"]],
    ["operation list --status ", ["running", "failed"]],
    ["cluster check -f ", ["<file>"]],
    ["cluster check --data ", ["<folder>"]],
    ["lab fault n1 ", ["kill", "cut", "heal"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["engine --", ["--recover", "--socket-group"]],
    ["secret remove ", ["<secret>"]],
    ["machine trust ", ["<endpoint>"]],
  ])("after `slipway %s` offers what can follow", (line, expected) => {
    expect(offered(line)).toEqual(expect.arrayContaining(expected));
  });

  test("does not offer what is for the program's own use", () => {
    expect(offered("engine run --")).not.toContain("--ready-fd");
  });

  test("offers nothing where nothing can follow", () => {
    expect(offered("machine list x ")).toEqual([]);
  });
});
