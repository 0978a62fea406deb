import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { repositoryPaths, root, sources } from "./sources.ts";

const files = sources(/./).filter(({ text }) => !text.includes("\0"));

/** Joined here so that this file does not name them either. */
const registryHosts = [
  ["registry", "npmjs", "org"],
  ["pypi", "org"],
  ["files", "pythonhosted", "org"],
  ["proxy", "golang", "org"],
  ["deb", "debian", "org"],
  ["security", "debian", "org"],
  ["snapshot", "debian", "org"],
].map((parts) => parts.join("."));

/** The mirrors that this machine is configured to use. */
const mirrorHosts = ["npm_config_registry", "GOPROXY", "PIP_INDEX_URL", "UV_INDEX_URL"]
  .flatMap((name) => (process.env[name] ?? "").split(","))
  .flatMap((value) => (URL.canParse(value) ? [new URL(value).hostname] : []))
  .filter((host) => host.includes("."));

const mentions = (words: readonly string[]): readonly string[] =>
  files.flatMap(({ path, text }) =>
    words.filter((word) => text.includes(word)).map((word) => `${path} names ${word}`),
  );

describe("the repository", () => {
  test("names no host of a package registry: any mirror serves", () => {
    expect(mentions([...registryHosts, ...mirrorHosts])).toEqual([]);
  });

  test("holds no path of the machine it was written on", () => {
    expect(
      mentions([root.slice(0, -1), ["", "work", "main"].join("/"), ["", "work", "shared"].join("/")]),
    ).toEqual([]);
  });

  test("locks every optional package of every platform, else npm ci refuses the lock file", () => {
    const lock = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8")) as {
      readonly packages: Readonly<
        Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
      >;
    };
    const missing = Object.values(lock.packages)
      .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
      .filter((name) => !Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });

  test("keeps build results and folders without files out of git", () => {
    expect(repositoryPaths().filter((path) => /(^|\/)(node_modules|dist|coverage)\//.test(path))).toEqual([]);
  });
});
