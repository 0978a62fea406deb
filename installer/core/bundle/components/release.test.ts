import { describe, expect, test } from "vitest";
import { ComponentsFile, ReleaseFile } from "../../../contract/bundle/components.ts";
import { isCode } from "../../../contract/errors/index.ts";
import { resolveRelease } from "./release.ts";

const component = (name: string, more: object = {}): object => ({
  name,
  kind: "file",
  version: "{tool}",
  licence: "MIT",
  home: "https://example.org",
  description: { en: "a tool", "zh-CN": "工具" },
  sources: [{ kind: "url", url: "https://example.org/{tool}/{arch}/x" }],
  ...more,
});
const file = (...components: object[]) =>
  ComponentsFile.parse({
    schema: "slipway.dev/components/v1",
    go: { toolchain: "1.26.8", bootstrap: "1.26.6" },
    components,
  });
const release = ReleaseFile.parse({
  schema: "slipway.dev/release/v1",
  release: "1.37",
  created: "2026-11-01T00:00:00Z",
  versions: { tool: "v2" },
});
const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
};

describe("a release", () => {
  test("fills versions and the architecture into every text of a component", () => {
    const [first] = resolveRelease(file(component("one")), release, { architecture: "arm64" }).components;
    expect(first).toMatchObject({ version: "v2", sources: [{ url: "https://example.org/v2/arm64/x" }] });
  });

  test("refuses a placeholder that it does not set", () => {
    const wrong = file(component("one", { version: "{nothing}" }));
    const thrown = codeOf(() => resolveRelease(wrong, release, { architecture: "amd64" }));
    expect(isCode(thrown, "BUILD_RECIPE_INVALID")).toBe(true);
  });

  test("leaves out what it does not hold and what is not made for the architecture", () => {
    const three = file(component("one"), component("two"), component("three", { architectures: ["amd64"] }));
    const smaller = { ...release, without: ["two"] };
    const names = resolveRelease(three, smaller, { architecture: "arm64" }).components.map(
      ({ name }) => name,
    );
    expect(names).toEqual(["one"]);
  });

  test("holds optional components when it, or who builds, asks for them by name", () => {
    const some = file(
      component("one"),
      component("two", { optional: true }),
      component("three", { optional: true }),
    );
    const names = (query: object, more: object = {}): string[] =>
      resolveRelease(some, { ...release, ...more }, { architecture: "amd64", ...query }).components.map(
        ({ name }) => name,
      );
    expect(names({})).toEqual(["one"]);
    expect(names({ with: ["two"] })).toEqual(["one", "two"]);
    expect(names({}, { with: ["three"] })).toEqual(["one", "three"]);
    expect(names({ only: ["three"] })).toEqual(["three"]);
    expect(names({ with: "all" })).toEqual(["one", "two", "three"]);
    expect(
      isCode(
        codeOf(() => names({ with: ["four"] })),
        "BUILD_UNKNOWN_NAME",
      ),
    ).toBe(true);
  });

  test("refuses two components under one name", () => {
    const thrown = codeOf(() =>
      resolveRelease(file(component("one"), component("one")), release, { architecture: "amd64" }),
    );
    expect(isCode(thrown, "BUILD_RECIPE_INVALID")).toBe(true);
  });

  test("names the components it knows when another one is asked for", () => {
    const thrown = codeOf(() =>
      resolveRelease(file(component("one")), release, { architecture: "amd64", only: ["two"] }),
    );
    expect(thrown).toMatchObject({ code: "BUILD_UNKNOWN_NAME", params: { name: "two", known: "one" } });
  });
});
