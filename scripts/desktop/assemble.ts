import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const out = join(root, "dist", "desktop");

/** The engine as it is in a checkout: its sources, what they need of node_modules, Node itself, and the console's pages. */
const assembleEngine = (folder: string): void => {
  const tracked = execFileSync(
    "git",
    ["ls-files", "-z", "installer", "images", "slipway", "package.json", "LICENSE"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  for (const path of tracked.split("\0")) {
    if (path === "" || /\.test\.ts$|\/tsconfig\.json$/.test(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  const listed = execFileSync("npm", ["ls", "--omit=dev", "--all", "--parseable"], {
    cwd: root,
    encoding: "utf8",
  });
  const packages = listed.split("\n").filter((path) => path.includes(`${sep}node_modules${sep}`));
  for (const path of packages) {
    const isNode =
      basename(path).startsWith("node-") && path.endsWith(`node-${process.platform}-${process.arch}`);
    // Of the package of Node only the program is needed, not its headers and npm.
    const wanted = (file: string): boolean =>
      isNode
        ? /^(bin(\/node(\.exe)?)?|package\.json|LICENSE)?$/.test(relative(path, file))
        : !isNested(path, file);
    cpSync(path, join(folder, relative(root, path)), { recursive: true, filter: wanted });
  }
  cpSync(join(root, "dist", "renderer"), join(folder, "dist", "renderer"), { recursive: true });
};

/** Packages inside packages are listed by themselves. */
const isNested = (path: string, file: string): boolean =>
  relative(path, file).split(sep)[0] === "node_modules";

/** The shell and the pages it shows. It has no dependency of its own. */
const assembleApp = (folder: string): void => {
  const { version, description, license } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  ) as Readonly<Record<string, string>>;
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "dist", "electron"), folder, { recursive: true });
  cpSync(join(root, "dist", "renderer"), join(folder, "renderer"), { recursive: true });
  const about = {
    name: "slipway",
    productName: "Slipway",
    version,
    description,
    license,
    author: "The Slipway authors",
    homepage: "https://slipway.invalid/",
    main: "main.cjs",
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(about, undefined, 2)}\n`);
};

rmSync(out, { recursive: true, force: true });
assembleApp(join(out, "app"));
assembleEngine(join(out, "engine"));
