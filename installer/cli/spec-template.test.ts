import { describe, expect, test } from "vitest";
import { parseClusterSpec } from "../core/spec/parse.ts";
import { specText, type SpecParts } from "./spec-template.ts";

const addresses = ["10.0.0.11", "10.0.0.12", "10.0.0.13"];

const parts = (changes: Partial<SpecParts> = {}): SpecParts => ({
  name: "site-a",
  machines: addresses.map((address) => ({ address })),
  controlPlanes: 3,
  virtualIp: "10.0.0.10",
  loadBalancer: undefined,
  user: "admin",
  privateKey: "secret:site-a.key",
  bundle: { reference: "1.37.1", kubernetes: "v1.37.1" },
  ...changes,
});

const written = (changes: Partial<SpecParts> = {}, language: "en" | "zh-CN" = "en"): string =>
  specText(parts(changes), { file: "site-a.yaml", language });

describe("a new spec", () => {
  test.each<[string, Partial<SpecParts>]>([
    ["three control planes and a virtual address", {}],
    ["a load balancer", { virtualIp: undefined, loadBalancer: "api.site" }],
    ["one control plane", { virtualIp: undefined, controlPlanes: 1 }],
    ["nothing known of bundle and login", { user: "root", privateKey: undefined, bundle: undefined }],
    ["machines that have names", { machines: addresses.map((address, at) => ({ name: `n${at}`, address })) }],
  ])("with %s is valid in both languages, without a warning", (_, changes) => {
    for (const language of ["en", "zh-CN"] as const) {
      expect(parseClusterSpec(written(changes, language))).toMatchObject({ valid: true, warnings: [] });
    }
  });

  test("stays valid when everything that it offers is taken up", () => {
    const full = written({ virtualIp: undefined, controlPlanes: 1 }).replaceAll(
      /^# ?((endpoint|network|time|preflight):|  )/gm,
      "$1",
    );
    expect(full).toContain("\nnetwork:\n  pods: 10.244.0.0/16\n");
    expect(parseClusterSpec(full)).toMatchObject({ valid: true });
  });

  test("tells editors where its schema is, and operators what to do, in their language", () => {
    expect(written().split("\n")[0]).toBe("# yaml-language-server: $schema=cluster.schema.json");
    expect(written({}, "zh-CN")).toContain("# 执行：    slipway cluster apply -f site-a.yaml");
  });
});
