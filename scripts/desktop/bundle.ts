import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build, type PluginOption } from "vite";

const root = join(import.meta.dirname, "..", "..");

/** What a shell is bundled for. */
interface BundleSettings {
  /** Folder that gets main.cjs, preload.cjs and icon.png. */
  readonly folder: string;
  /** Node of the Electron that runs it: `node24`; `es2019` for the Node 12 of the one that tests drive. */
  readonly target: string;
  /** What an old Electron needs besides. */
  readonly plugins?: PluginOption[];
}

/** Modules by the names that every Node knows; `node:` in `require` came with 14.18. */
const oldNames = (id: string): string => id.replace(/^node:/, "");

/** Bundles electron/main.ts and electron/preload.ts, each into one CommonJS file without dependencies. */
export const bundleShell = async ({ folder, target, plugins = [] }: BundleSettings): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  for (const name of ["main", "preload"]) {
    await build({
      configFile: false,
      root,
      logLevel: "warn",
      publicDir: false,
      plugins,
      build: {
        target,
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        lib: { entry: join(root, "electron", `${name}.ts`), formats: ["cjs"], fileName: () => `${name}.cjs` },
        rolldownOptions: {
          external: [/^node:/, "electron"],
          platform: "node",
          output: {
            codeSplitting: false,
            ...(target === "es2019" ? { paths: oldNames } : {}),
          },
        },
      },
    });
  }
  copyFileSync(join(root, "packaging", "desktop", "icon.png"), join(folder, "icon.png"));
};

if (import.meta.main) await bundleShell({ folder: join(root, "dist", "electron"), target: "node24" });
