import { describe, expect, test } from "vitest";
import { newSpec, readSpec, valueAt, withValue } from "./spec-document.ts";

const text = `# ours
name: site-a # keep
machines:
  - address: 10.0.0.11 # rack 1
ssh:
  port: 2222
`;

describe("a spec that a form writes", () => {
  test("keeps comments and order, and has the value where the form put it", () => {
    const changed = withValue(text, ["machines", 0, "roles"], ["control-plane"]);
    expect(changed).toContain("# ours");
    expect(changed).toContain("site-a # keep");
    expect(changed).toContain("10.0.0.11 # rack 1");
    expect(valueAt(readSpec(changed), ["machines", 0, "roles"])).toEqual(["control-plane"]);
  });

  test("makes the sections that a value needs, and drops those that are empty without it", () => {
    const made = withValue(text, ["network", "flannel", "backend"], "host-gw");
    expect(valueAt(readSpec(made), ["network", "flannel", "backend"])).toBe("host-gw");
    expect(readSpec(withValue(made, ["network", "flannel", "backend"], undefined))).toEqual(readSpec(text));
    expect(readSpec(withValue(text, ["ssh", "port"], undefined))).not.toHaveProperty("ssh");
  });

  test("is left alone while it is no YAML", () => {
    const broken = "name: [\n";
    expect(withValue(broken, ["name"], "x")).toBe(broken);
    expect(readSpec(broken)).toBeUndefined();
  });

  test("begins with a name and a machine", () => {
    expect(readSpec(newSpec("lab"))).toMatchObject({ name: "lab", machines: [{ name: "n1" }] });
  });
});
