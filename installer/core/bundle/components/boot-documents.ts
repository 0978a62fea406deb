import { type Descriptor, EMPTY_CONFIG } from "../../../contract/bundle/manifest.ts";
import { ANNOTATION, OCI, SLIPWAY } from "../../../contract/bundle/media-types.ts";
import { SlipwayError } from "../../../contract/errors/index.ts";
import { type ComponentFacts, labels } from "./documents.ts";

/** Files that an artefact of the kinds `node-os` and `installer` may hold, with the media types of their layers. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  "root.squashfs": SLIPWAY.squashfs,
  "boot.tar": SLIPWAY.nodeOsBoot,
  "manifest.json": SLIPWAY.nodeOsManifest,
  "shimx64.efi": SLIPWAY.nodeOsLoader,
  "grubx64.efi": SLIPWAY.nodeOsLoader,
  "snponly.efi": SLIPWAY.nodeOsLoader,
  "undionly.kpxe": SLIPWAY.nodeOsLoader,
  "installer.vmlinuz": SLIPWAY.installerKernel,
  "installer.initrd": SLIPWAY.installerInitrd,
};

/** A file that is stored as it is. */
export interface KeptFile {
  readonly name: string;
  readonly digest: Descriptor["digest"];
  readonly size: number;
}

/** Manifest of a node OS or of an installer. Rejects with BUILD_RECIPE_INVALID a file that has no place in one. */
export const bootManifest = (facts: ComponentFacts, files: readonly KeptFile[]): object => ({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  artifactType: facts.component.kind === "installer" ? SLIPWAY.installer : SLIPWAY.nodeOs,
  config: EMPTY_CONFIG,
  layers: files.map(({ name, digest, size }) => {
    const mediaType = Object.hasOwn(MEDIA_TYPES, name) ? MEDIA_TYPES[name] : undefined;
    if (mediaType === undefined) {
      throw SlipwayError.of("BUILD_RECIPE_INVALID", {
        file: "components.yaml",
        count: 1,
        problem: `${facts.component.name}: no place for a file named ${name}`,
      });
    }
    return { mediaType, digest, size, annotations: { [ANNOTATION.title]: name } };
  }),
  annotations: labels(facts),
});
