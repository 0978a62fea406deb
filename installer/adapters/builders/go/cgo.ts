import type { Architecture } from "../../../contract/bundle/components.ts";
import type { BuildTarget, SoftwarePackage } from "../../../core/ports/builders.ts";
import { runCommand } from "../common/command.ts";
import type { BuilderSettings } from "../common/settings.ts";

/** Where headers and static libraries come from: a locked set of Debian packages, so that they are the same everywhere. */
export interface CgoTools {
  /** Names the exact packages of a set, without network. */
  identity(set: string, architecture: Architecture): Promise<string>;
  /** Unpacks the set; gives the folder that takes the place of the root for the compiler. */
  sysroot(set: string, target: BuildTarget): Promise<string>;
  /** What of a set ends up in a statically linked program, for its SBOM. */
  libraries(set: string, target: BuildTarget): Promise<readonly SoftwarePackage[]>;
}

const machines = {
  amd64: { triplet: "x86_64-linux-gnu", package: "gcc" },
  arm64: { triplet: "aarch64-linux-gnu", package: "gcc-aarch64-linux-gnu" },
} as const;

/** The compiler of the machine for an architecture: Debian's own, or its cross compiler. */
const compiler = (architecture: Architecture): string => `${machines[architecture].triplet}-gcc`;

/** What a cgo program depends on beyond its Go modules: the compiler's release and the libraries' versions. */
export const cgoIdentity = async (
  settings: BuilderSettings,
  { sysroot, architecture, tools }: { sysroot: string; architecture: Architecture; tools: CgoTools },
): Promise<object> => {
  const ask = async (program: string): Promise<string> => {
    const { stdout } = await runCommand([program, "--version"], {
      component: `cgo for ${architecture}`,
      signal: new AbortController().signal,
      env: { ...settings.env, LC_ALL: "C" },
      remedy: machines[architecture].package,
    });
    return stdout.split("\n")[0] ?? "";
  };
  return {
    compiler: await ask(compiler(architecture)),
    linker: await ask(`${machines[architecture].triplet}-ld`),
    libraries: await tools.identity(sysroot, architecture),
    sbom: "with libraries",
  };
};

/** Environment that makes cgo use the locked libraries and nothing of the machine's own. */
export const cgoEnvironment = async ({
  sysroot,
  target,
  tools,
}: {
  sysroot: string;
  target: BuildTarget;
  tools: CgoTools;
}): Promise<Record<string, string>> => {
  const root = await tools.sysroot(sysroot, target);
  const { triplet } = machines[target.architecture];
  const library = `${root}/usr/lib/${triplet}`;
  return {
    CGO_ENABLED: "1",
    CC: `${compiler(target.architecture)} --sysroot=${root} -B${library}`,
    CGO_CFLAGS: `-O2 -ffile-prefix-map=${root}=/sysroot -isystem ${root}/usr/include/${triplet} -isystem ${root}/usr/include`,
    CGO_LDFLAGS: `-L${library}`,
    PKG_CONFIG: "pkg-config",
    PKG_CONFIG_LIBDIR: `${library}/pkgconfig:${root}/usr/share/pkgconfig`,
    PKG_CONFIG_SYSROOT_DIR: root,
  };
};
