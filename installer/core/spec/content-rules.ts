import { parseDocument } from "yaml";
import { text, type Localized } from "../../contract/text.ts";
import type { Draft } from "./draft.ts";
import { unknownName, type Finding, type Rule } from "./rule.ts";

/** YAML text inside the spec as data, or what is wrong with it. */
const yamlIn = (content: string): { readonly data: unknown } | { readonly problem: string } => {
  const document = parseDocument(content, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) return { problem: error.message };
  try {
    return { data: document.toJS({ maxAliasCount: 0 }) as unknown };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const notYaml = (problem: string): Localized =>
  text(`its text is not valid YAML: ${problem}`, `其内容不是合法的 YAML：${problem}`);

const operations: readonly unknown[] = ["add", "remove", "replace", "move", "copy", "test"];

function* patchesAreReadable({ patches }: Draft): Iterable<Finding> {
  for (const [index, { type, patch }] of patches.entries()) {
    if (patch === undefined) continue;
    const isList = type === "json";
    const finding = (message: Localized): Finding => ({
      path: ["kubeadm", "patches", index, "patch"],
      found: patch,
      allowed: isList
        ? text("a list of operations with op and path (RFC 6902)", "带 op 和 path 的操作列表（RFC 6902）")
        : text("a mapping, shaped like its target", "与目标结构一致的映射"),
      message,
    });
    const read = yamlIn(patch);
    if ("problem" in read) yield finding(notYaml(read.problem));
    else if (isList) {
      const list: readonly unknown[] = Array.isArray(read.data) ? (read.data as unknown[]) : [];
      const good = (entry: unknown): boolean =>
        isMapping(entry) && operations.includes(entry["op"]) && typeof entry["path"] === "string";
      if (list.length === 0 || !list.every(good)) {
        yield finding(text("is not a JSON patch", "不是 JSON patch"));
      }
    } else if (!isMapping(read.data)) {
      yield finding(text("is not a mapping", "不是映射"));
    }
  }
}

function* patchesNameMachines({ patches, machines }: Draft): Iterable<Finding> {
  const names = machines.flatMap(({ name }) => (name === undefined ? [] : [name]));
  for (const [index, patch] of patches.entries()) {
    for (const [position, name] of patch.machines.entries()) {
      if (name === undefined || names.includes(name)) continue;
      yield {
        path: ["kubeadm", "patches", index, "machines", position],
        found: name,
        allowed: text("the name of a machine of this spec", "本规格中某台机器的名称"),
        message: unknownName(text("there is no such machine", "没有这台机器"), name, names),
      };
    }
  }
}

/** An API server does not start with a policy that it cannot read, so it is read here first. */
function* auditPolicyIsOne({ auditPolicy }: Draft): Iterable<Finding> {
  if (auditPolicy === undefined) return;
  const finding = (message: Localized): Finding => ({
    path: ["audit", "policy"],
    found: auditPolicy,
    allowed: text("a Policy of audit.k8s.io/v1 with rules", "含 rules 的 audit.k8s.io/v1 Policy"),
    message,
  });
  const read = yamlIn(auditPolicy);
  if ("problem" in read) {
    yield finding(notYaml(read.problem));
    return;
  }
  const policy = isMapping(read.data) ? read.data : {};
  const levels: readonly unknown[] = ["None", "Metadata", "Request", "RequestResponse"];
  const rules: readonly unknown[] = Array.isArray(policy["rules"]) ? (policy["rules"] as unknown[]) : [];
  if (policy["apiVersion"] !== "audit.k8s.io/v1" || policy["kind"] !== "Policy") {
    yield finding(text("is not an audit policy", "不是审计策略"));
  } else if (
    rules.length === 0 ||
    !rules.every((rule) => isMapping(rule) && levels.includes(rule["level"]))
  ) {
    yield finding(
      text(
        "needs rules, each with a level: None, Metadata, Request or RequestResponse",
        "需要 rules，且每条都有 level：None、Metadata、Request 或 RequestResponse",
      ),
    );
  }
}

function* registryCredentialsAreWhole({ registryUser, registryPassword }: Draft): Iterable<Finding> {
  if ((registryUser !== undefined) === registryPassword) return;
  const lacking = registryUser === undefined ? "user" : "password";
  yield {
    path: ["registry", "external"],
    found: registryUser === undefined ? "password" : "user",
    allowed: text("user together with password, or neither", "同时填写 user 和 password，或都不填"),
    message: text(`${lacking} is missing`, `缺少 ${lacking}`),
  };
}

/** Rules about text inside the spec that other programs will read. */
export const contentRules: readonly Rule[] = [
  patchesAreReadable,
  patchesNameMachines,
  auditPolicyIsOne,
  registryCredentialsAreWhole,
];
