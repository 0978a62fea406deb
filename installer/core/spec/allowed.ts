import type * as z from "zod";
import { text, type Localized } from "../../contract/text.ts";
import type { Path } from "./source.ts";

const secret = text(
  "secret:<name> or file:/absolute/path (never the value itself)",
  "secret:<名称> 或 file:/绝对路径（不能直接写值）",
);
const dnsLabel = text(
  "1 to 63 of a-z, 0-9 and -, neither first nor last a dash",
  "1 至 63 个小写字母、数字或短横线，首尾不能是短横线",
);
const fingerprint = text(
  "SHA256: and 43 base64 characters, as ssh-keygen -l prints",
  "SHA256: 加 43 个 base64 字符，与 ssh-keygen -l 的输出一致",
);
const network = text("an IPv4 network such as 10.244.0.0/16", "IPv4 网段，例如 10.244.0.0/16");
const user = text("a user name", "用户名");
const port = text("a port, 1 to 65535", "端口，1 至 65535");

const access: Readonly<Record<string, Localized>> = {
  user,
  port,
  privateKey: secret,
  passphrase: secret,
  password: secret,
  sudoPassword: secret,
  hostKey: fingerprint,
  "jump.address": text("an address or a host name", "地址或主机名"),
  "jump.user": user,
  "jump.port": port,
  "jump.privateKey": secret,
  "jump.password": secret,
};

/** What may stand in a field whose schema alone would only quote a pattern. Keys are paths with `[]` for an index. */
export const allowedByField: ReadonlyMap<string, Localized> = new Map([
  ["name", dnsLabel],
  ["machines", text("a list of at least one machine", "至少包含一台机器的列表")],
  ["machines[].name", dnsLabel],
  ["machines[].address", text("an IPv4 address such as 192.168.10.11", "IPv4 地址，例如 192.168.10.11")],
  ["machines[].roles", text("a list of at least one role", "至少包含一个角色的列表")],
  ["kubernetes.version", text("a version such as v1.37.1", "版本号，例如 v1.37.1")],
  ["network.pods", network],
  ["network.services", network],
  [
    "preflight.waive[].check",
    text("an id printed by `slipway preflight checks`", "`slipway preflight checks` 列出的编号"),
  ],
  ["preflight.waive[].reason", text("a reason of at least 3 characters", "至少 3 个字符的理由")],
  ...Object.entries(access).flatMap(([key, allowed]): [string, Localized][] => [
    [`ssh.${key}`, allowed],
    [`machines[].ssh.${key}`, allowed],
  ]),
]);

const secretFields = new Set(["privateKey", "passphrase", "password", "sudoPassword"]);

/** True when whatever stands at `path` may be a secret that someone wrote down by mistake: it must not be repeated. */
export const holdsSecret = (path: Path): boolean => path.some((part) => secretFields.has(String(part)));

/** `machines[].name` for `["machines", 2, "name"]`. */
export const fieldOf = (path: Path): string => joined(path, () => "[]");

/** `machines[2].name` for `["machines", 2, "name"]`. */
export const pathText = (path: Path): string => joined(path, (index) => `[${index}]`);

const joined = (path: Path, indexText: (index: number) => string): string =>
  path.reduce<string>((done, part) => {
    if (typeof part === "number") return done + indexText(part);
    return done === "" ? part : `${done}.${part}`;
  }, "");

/** Keys that the schema has at `path`; empty when that place holds no mapping. */
export const keysAt = (schema: z.ZodType, path: Path): readonly string[] => {
  let current = bare(schema);
  for (const part of path) {
    const { def } = current as { def: { shape?: Record<string, z.ZodType>; element?: z.ZodType } };
    const next = typeof part === "number" ? def.element : def.shape?.[part];
    if (next === undefined) return [];
    current = bare(next);
  }
  return Object.keys((current as { def: { shape?: object } }).def.shape ?? {});
};

/** The schema inside defaults and optionals. */
const bare = (schema: z.ZodType): z.ZodType => {
  const inner = (schema as { def: { innerType?: z.ZodType } }).def.innerType;
  return inner === undefined ? schema : bare(inner);
};
