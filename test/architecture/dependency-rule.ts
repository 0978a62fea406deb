/** What the files of one folder may import. Tests beside the code are free to reach for fakes and for vitest. */
export interface LayerRule {
  /** Folder below the root, without a slash at the end. */
  readonly folder: string;
  /** Layers (folders below `installer/`) it may import, besides itself. */
  readonly layers: readonly string[];
  /** Packages it may import; `any` where libraries are the point of the folder. */
  readonly packages: readonly string[] | "any";
  /** Whether the modules of Node itself are within reach: without them a folder can have no effect on the world. */
  readonly node: boolean;
  /** What to do instead of a forbidden import; the lint message ends with it. */
  readonly instead: string;
}

/** Every layer of the engine. `installer/main.ts` and `installer/engine` compose them and may import all. */
export const layers = [
  "contract",
  "core",
  "phases",
  "workflows",
  "adapters",
  "services",
  "rpc",
  "cli",
] as const;

/**
 * Who may import whom: the one table. The rules in .oxlintrc.json are rendered from it (`npm run generate`), the test
 * beside it walks the imports against it, and docs/architecture.md prints it.
 */
export const dependencyRules: readonly LayerRule[] = [
  {
    folder: "installer/contract",
    layers: [],
    packages: ["zod", "@orpc/contract"],
    node: false,
    instead: "keep the contract plain data that every process can read",
  },
  {
    folder: "installer/core",
    layers: ["contract"],
    packages: ["zod", "yaml"],
    node: false,
    instead: "declare a port in installer/core/ports and let main.ts hand in the adapter",
  },
  {
    folder: "installer/phases",
    layers: ["core", "contract"],
    packages: ["zod"],
    node: false,
    instead: "reach the world through context.ports, and other phases through needs",
  },
  {
    folder: "installer/workflows",
    layers: ["phases", "core", "contract"],
    packages: [],
    node: false,
    instead: "a workflow is one ordered list of phases: put the work into a phase",
  },
  {
    folder: "installer/adapters",
    layers: ["core", "contract"],
    packages: "any",
    node: true,
    instead: "move what two adapters share to installer/core, or pass the other one in as a port",
  },
  {
    folder: "installer/services",
    layers: ["workflows", "core", "contract"],
    packages: ["zod", "yaml"],
    node: true,
    instead: "take the adapter as a port in the constructor; main.ts passes it in",
  },
  {
    folder: "installer/rpc",
    layers: ["services", "workflows", "core", "contract"],
    packages: "any",
    node: true,
    instead: "take what you need as a parameter; main.ts passes it in",
  },
  {
    folder: "installer/cli",
    layers: ["contract"],
    packages: "any",
    node: true,
    instead: "ask the engine through the typed client: the contract is all a client may know",
  },
];
