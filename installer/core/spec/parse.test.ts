import { describe, expect, test } from "vitest";
import { parseClusterSpec, requireClusterSpec } from "./parse.ts";
import { mergeAccess } from "./merge.ts";

const good = `apiVersion: slipway/v1
kind: Cluster
name: site-a
ssh:
  user: admin
  port: 2222
  sudo: passwordless
machines:
  - name: n1
    address: 10.0.0.11
    roles: [control-plane]
  - name: n2
    address: 10.0.0.12
    ssh:
      agent: true
`;

const problemsIn = (text: string, known = {}) => {
  const result = parseClusterSpec(text, known);
  if (result.valid) throw new Error("expected problems");
  return result.problems;
};

describe("a good spec", () => {
  test("is accepted with its defaults", () => {
    const result = parseClusterSpec(good);
    expect(result).toMatchObject({
      valid: true,
      cluster: { name: "site-a", network: { pods: "10.244.0.0/16" } },
      warnings: [],
    });
  });

  test("may as well be JSON", () => {
    const json = JSON.stringify({
      apiVersion: "slipway/v1",
      kind: "Cluster",
      name: "a",
      machines: [{ name: "n1", address: "10.0.0.1", roles: ["control-plane"] }],
    });
    expect(parseClusterSpec(json).valid).toBe(true);
  });

  test("gives each machine the cluster's access, with only what the machine itself says changed", () => {
    const merged = mergeAccess(requireClusterSpec({ file: "a.yaml", text: good }));
    expect(merged.machines[1]?.ssh).toEqual({ user: "admin", port: 2222, sudo: "passwordless", agent: true });
    expect(mergeAccess(merged)).toEqual(merged);
  });
});

describe("a bad spec", () => {
  test("gets every problem at once, in the order of the text", () => {
    const problems = problemsIn(`apiVersion: slipway/v2
kind: Cluster
nam: site-a
machines:
  - name: N_1
    address: 10.0.0.1333
    roles: [control-plan]
  - name: n2
    adress: 10.0.0.12
    ssh: { port: 99999 }
  - name: n2
    address: 10.0.0.13
network: { pods: 10.96.0.0/12 }
preflight:
  waive:
    - { check: clock, machines: [n3], reason: because }
`);
    expect(problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      "1:1 name",
      "1:13 apiVersion",
      "3:1 nam",
      "5:11 machines[0].name",
      "6:14 machines[0].address",
      "7:13 machines[0].roles[0]",
      "8:5 machines[1].address",
      "9:5 machines[1].adress",
      "10:18 machines[1].ssh.port",
      "11:11 machines[2].name",
      "13:1 network.services",
      "16:34 preflight.waive[0].machines[0]",
    ]);
    expect(problems.find(({ path }) => path === "nam")?.message.en).toContain('"name"');
    expect(problems.find(({ path }) => path === "machines[1].adress")?.message["zh-CN"]).toContain(
      '"address"',
    );
    expect(problems.find(({ path }) => path === "machines[0].roles[0]")?.message.en).toContain(
      '"control-plane"',
    );
  });

  test("never has a password repeated that was written down by mistake", () => {
    const text = good.replace("port: 2222", "password: hunter2-hunter2");
    expect(JSON.stringify(problemsIn(text))).not.toContain("hunter2");
  });

  test("is told about an unknown check with the nearest name", () => {
    const text = `${good}preflight: { waive: [{ check: clok-offset, reason: lab }] }\n`;
    const [problem] = problemsIn(text, { checks: ["clock-offset", "memory"] });
    expect(problem?.message.en).toContain('did you mean "clock-offset"');
  });

  test("is refused when two machines share an address", () => {
    const [problem] = problemsIn(good.replace("10.0.0.12", "10.0.0.11"));
    expect(problem).toMatchObject({ line: 13, path: "machines[1].address", found: '"10.0.0.11"' });
  });

  test("is refused when sudo wants a password that is not given", () => {
    const [problem] = problemsIn(good.replace("sudo: passwordless", "sudo: password"));
    expect(problem).toMatchObject({ path: "ssh.sudo", line: 7 });
  });

  test("is refused when a machine's address lies in the pod network", () => {
    const [problem] = problemsIn(good.replace("10.0.0.12", "10.244.7.1"));
    expect(problem?.path).toBe("machines[1].address");
  });

  test("carries its problems in the error's detail when it was required", () => {
    expect(() => requireClusterSpec({ file: "a.yaml", text: "kind: Cluster\n" })).toThrow(
      expect.objectContaining({ code: "SPEC_INVALID", detail: expect.stringContaining("a.yaml:1:1: name") }),
    );
  });
});

describe("text that is not YAML", () => {
  test.each([
    ["a tab in the indentation", "a:\n\tb: 1\n", 2],
    ["a key given twice", "name: a\nname: b\n", 2],
    ["a quote that never closes", 'name: "a\nkind: x\n', 3],
    ["an alias to nothing", "name: *x\n", 1],
    ["a second document", "name: a\n---\nname: b\n", 2],
  ])("%s is reported with its line", (_, text, line) => {
    const [problem] = problemsIn(text);
    expect(problem?.line).toBe(line);
    expect(problem?.message["zh-CN"]).toMatch(/[一-鿿]/);
  });

  test("an alias bomb ends quickly with a problem", () => {
    const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (let level = 1; level < 12; level++) {
      const [name, before] = [String.fromCharCode(97 + level), String.fromCharCode(96 + level)];
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(",")}]`);
    }
    expect(problemsIn(bomb.join("\n"))[0]?.message.en).toContain("aliases");
  });

  test("nesting a hundred thousand deep ends with a problem", () => {
    expect(problemsIn("[".repeat(100_000)).length).toBeGreaterThan(0);
  });

  test.each(["", "   \n", "null", "just text", "[1, 2]"])("%j is no cluster, and says so", (text) => {
    expect(problemsIn(text).length).toBeGreaterThan(0);
  });
});
