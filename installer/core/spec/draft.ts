import { Role } from "../../contract/spec/cluster.ts";

/**
 * What could be made of a spec that may be wrong in places: cross-field rules run on this, so that they report together
 * with the schema's complaints instead of after them. Anything of the wrong type is simply absent.
 */
export interface Draft {
  readonly machines: readonly DraftMachine[];
  readonly ssh: DraftAccess;
  readonly netboot: DraftAccess | undefined;
  readonly pods: string | undefined;
  readonly services: string | undefined;
  readonly virtualIp: string | undefined;
  readonly loadBalancer: string | undefined;
  readonly patches: readonly {
    readonly type?: string;
    readonly patch?: string;
    readonly machines: readonly (string | undefined)[];
  }[];
  readonly auditPolicy: string | undefined;
  readonly registryUser: string | undefined;
  readonly registryPassword: boolean;
  readonly waivers: readonly {
    readonly check?: string;
    readonly machines: readonly (string | undefined)[];
  }[];
}

/** One machine of a spec that may still be wrong in places. */
export interface DraftMachine {
  readonly name?: string;
  readonly address?: string;
  readonly nodeIp?: string;
  readonly interface?: string;
  /** The default role when nothing is said; undefined when what is said cannot be read. */
  readonly roles: readonly string[] | undefined;
  readonly ssh: DraftAccess;
  /** Undefined for machines that have an operating system. */
  readonly metal?: DraftAccess;
}

/** Access settings by key, values as written. */
export type DraftAccess = Readonly<Record<string, unknown>>;

/** Reads whatever is readable. Defaults of the schema are filled in where rules compare against them. */
export const draftOf = (data: unknown): Draft => {
  const root = record(data);
  const network = record(root["network"]);
  const endpoint = record(root["endpoint"]);
  const external = record(record(root["registry"])["external"]);
  return {
    machines: list(root["machines"]).map((entry) => {
      const machine = record(entry);
      return {
        ...optional("name", string(machine["name"])),
        ...optional("address", string(machine["address"])),
        ...optional("nodeIp", string(machine["nodeIp"])),
        ...optional("interface", string(machine["interface"])),
        roles: rolesOf(machine["roles"]),
        ssh: record(machine["ssh"]),
        ...(machine["metal"] === undefined ? {} : { metal: record(machine["metal"]) }),
      };
    }),
    ssh: record(root["ssh"]),
    netboot: root["netboot"] === undefined ? undefined : record(root["netboot"]),
    pods: string(network["pods"] ?? "10.244.0.0/16"),
    services: string(network["services"] ?? "10.96.0.0/16"),
    virtualIp: string(endpoint["virtualIp"]),
    loadBalancer: string(endpoint["loadBalancer"]),
    patches: list(record(root["kubeadm"])["patches"]).map((entry) => {
      const patch = record(entry);
      return {
        ...optional("type", string(patch["type"])),
        ...optional("patch", string(patch["patch"])),
        machines: list(patch["machines"]).map(string),
      };
    }),
    auditPolicy: string(record(root["audit"])["policy"]),
    registryUser: string(external["user"]),
    registryPassword: external["password"] !== undefined,
    waivers: list(record(root["preflight"])["waive"]).map((entry) => {
      const waiver = record(entry);
      return {
        ...optional("check", string(waiver["check"])),
        machines: list(waiver["machines"]).map(string),
      };
    }),
  };
};

const rolesOf = (value: unknown): readonly string[] | undefined => {
  if (value === undefined) return ["worker"];
  const { success, data } = Role.array().safeParse(value);
  return success ? data : undefined;
};

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const string = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const optional = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]: string });
