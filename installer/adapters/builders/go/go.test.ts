import { describe, expect, test } from "vitest";
import { GoGroup } from "../../../contract/bundle/components.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { goEnvironment } from "./environment.ts";
import { explainGoFailure } from "./failure.ts";
import { buildFlags, defaultProgramName } from "./group.ts";
import { escapeModule } from "./licences.ts";

const group = (more: object) =>
  GoGroup.parse({
    schema: "slipway.dev/go-group/v1",
    binaries: { x: "example.org/x" },
    version: "v1.2.3",
    cpuSeconds: 1,
    downloadMegabytes: 1,
    ...more,
  });
const failed = (detail: string) =>
  SlipwayError.of("BUILD_COMPILE_FAILED", { component: "x", code: 1 }, { detail });

describe("flags of a Go build", () => {
  test("take out what differs between folders, and carry the version", () => {
    const flags = buildFlags(
      group({ variables: { "a/b.Version": "{version}" }, tags: ["one", "two"] }),
      "amd64",
    );
    expect(flags).toContain("-trimpath");
    expect(flags).toContain("-tags=one,two");
    expect(flags.at(-1)).toBe("-ldflags=-s -w -buildid= -X a/b.Version=v1.2.3");
  });

  test("link statically where C is needed, and only there", () => {
    const partly = group({ cgo: { sysroot: "cgo", on: ["amd64"] } });
    expect(buildFlags(partly, "amd64").at(-1)).toContain("-static");
    expect(buildFlags(partly, "arm64").at(-1)).not.toContain("-static");
  });
});

describe("the environment of a Go build", () => {
  const settings = {
    images: "/i",
    cache: "/c",
    mirrors: {},
    env: { GOFLAGS: "-mod=mod", GOSUMDB: "off", GOPROXY: "p" },
  };

  test("keeps the machine's proxy but neither its flags nor a checksum database turned off", () => {
    const env = goEnvironment(settings, { architecture: "arm64", toolchain: "local" });
    expect(env).toMatchObject({ GOPROXY: "p", GOFLAGS: "", GOARCH: "arm64", GOMODCACHE: "/c/go/mod" });
    expect(env["GOSUMDB"]).toBeUndefined();
  });

  test("takes modules from the mirror when one is given", () => {
    const env = goEnvironment(
      { ...settings, mirrors: { go: "m" } },
      { architecture: "amd64", toolchain: "local" },
    );
    expect(env["GOPROXY"]).toBe("m");
  });
});

describe("a failed Go build", () => {
  test("is about reach when a module cannot be fetched, and shows no password", () => {
    const output = 'go: x@v1: Get "https://me:secret@proxy/x": dial tcp: lookup proxy: no such host';
    const error = explainGoFailure(failed(output), "x");
    expect(error).toMatchObject({ code: "BUILD_SOURCE_UNREACHABLE" });
    expect(JSON.stringify((error as SlipwayError).params)).not.toContain("secret");
  });

  test("is about changed content when a checksum does not fit", () => {
    const output = "verifying a.b/c@v1.0.0: checksum mismatch\nSECURITY ERROR";
    expect(explainGoFailure(failed(output), "x")).toMatchObject({
      code: "BUILD_CHECKSUM_CHANGED",
      params: { name: "a.b/c@v1.0.0" },
    });
  });

  test("stays what it is when the program does not compile", () => {
    expect(explainGoFailure(failed("x.go:1:1: undefined: y"), "x")).toMatchObject({
      code: "BUILD_COMPILE_FAILED",
    });
  });
});

test("a program takes the last part of its path that is not a major version", () => {
  expect(defaultProgramName("go.etcd.io/etcd/server/v3")).toBe("server");
  expect(defaultProgramName("k8s.io/kubernetes/cmd/kubelet")).toBe("kubelet");
  expect(defaultProgramName("./pause")).toBe("pause");
});

test("capitals of a module path are escaped as the module cache escapes them", () => {
  expect(escapeModule("github.com/Azure/go-autorest")).toBe("github.com/!azure/go-autorest");
});
