import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";

/** A program that benchmarks compare with: a main package of the module graph that `folder` locks (go.mod and go.sum). */
export interface GoTool {
  readonly folder: string;
  readonly mainPackage: string;
}

/** Path of the built program. The first use compiles it into the product's cache folder, keyed by the lock. */
export const goTool = ({ folder, mainPackage }: GoTool): string => {
  const cache = process.env["SLIPWAY_CACHE"] ?? join(homedir(), ".cache", "slipway");
  const key = createHash("sha256").update(mainPackage);
  for (const file of ["go.mod", "go.sum"]) key.update(readFileSync(join(folder, file)));
  const made = join(cache, "tools", `${basename(mainPackage)}-${key.digest("hex").slice(0, 16)}`);
  const program = join(made, basename(mainPackage));
  if (existsSync(program)) return program;
  const building = `${made}.building`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  const out = join(building, basename(mainPackage));
  execFileSync("go", ["build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", out, mainPackage], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      CGO_ENABLED: "0",
      GOFLAGS: "",
      GOTOOLCHAIN: "auto",
      GOCACHE: join(cache, "go", "build"),
      GOMODCACHE: join(cache, "go", "mod"),
    },
  });
  renameSync(building, made);
  return program;
};
