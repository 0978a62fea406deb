import type { Permission } from "../../installer/contract/api/base.ts";
import { contract } from "../../installer/contract/api/index.ts";
import { isAudited, mayCall, type Asker } from "../../installer/core/accounts/permission.ts";
import { generatedNote, page, table } from "./markdown.ts";

/** A call of the contract with the permission it declares; undefined when it declares none. */
export interface DeclaredCall {
  readonly call: string;
  readonly permission: Permission | undefined;
}

/** Every call of the contract, by name. */
export const declaredCalls = (
  part: object = contract,
  path: readonly string[] = [],
): readonly DeclaredCall[] =>
  Object.entries(part).flatMap(([name, value]: [string, object]) => {
    const call = [...path, name];
    if (!("~orpc" in value)) return declaredCalls(value, call);
    const { meta } = value["~orpc"] as { meta: { permission?: Permission } };
    return [{ call: call.join("."), permission: meta.permission }];
  });

/** Those who may call, in the order of the columns of docs/permissions.md. */
export const askers: readonly (readonly [string, Asker])[] = [
  ["nobody yet", { via: "none", grants: { clusters: {} } }],
  ["no role", { via: "session", grants: { clusters: {} } }],
  ["viewer", { via: "session", grants: { site: "viewer", clusters: {} } }],
  ["operator", { via: "session", grants: { site: "operator", clusters: {} } }],
  ["administrator", { via: "session", grants: { site: "administrator", clusters: {} } }],
  ["its token", { via: "token", grants: { site: "administrator", clusters: {} } }],
  ["socket", { via: "socket", grants: { site: "administrator", clusters: {} } }],
];

/** docs/permissions.md: which call needs what, and who therefore may make it. */
export const permissionsPage = (): string =>
  page([
    generatedNote("installer/contract/api"),
    "# Permissions 权限",
    "Every call of the contract declares who may make it, and one gate before all handlers holds to that (`installer/rpc/gate.ts`). A role for a cluster counts as one for the site in calls about that cluster alone: `view` and `operate` with a `cluster`, or an operation of it, in the input. Machines that are written out in the input (a spec as text, machines to add) may belong to any cluster, so they need the role for the site. `viewEach` answers everybody who is signed in with what they may see. `local` reaches into files of the appliance and is for the owner of the Unix socket alone. What is audited is in the log before it begins.",
    "契约中的每个调用都声明所需权限，由统一的关卡（`installer/rpc/gate.ts`）执行。针对单个集群的角色，在仅涉及该集群的调用中等同于站点角色：输入中带有 `cluster` 或其操作编号的 `view` 与 `operate`。输入中直接写明机器（规格文本、要加入的机器）时可能涉及任何集群，因此需要站点角色。`viewEach` 对所有已登录者开放，但只返回其有权查看的内容。`local` 会读写管理机上的文件，仅限 Unix 套接字的所有者。需审计的调用在开始之前即写入日志。",
    table(
      ["call 调用", "needs 权限", "audited 审计", ...askers.map(([name]) => name)],
      declaredCalls().map(({ call, permission = "local" }) => [
        `\`${call}\``,
        permission,
        permission === "everyone" ? "itself" : isAudited(permission) ? "yes" : "no",
        ...askers.map(([, asker]) => (mayCall(asker, permission, undefined) ? "yes" : "–")),
      ]),
    ),
  ]);
