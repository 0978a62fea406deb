import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { registryItem, transferBytes, type ContentItem } from "../../core/content/items.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import type { Release, ReleaseImage } from "../../core/ports/release.ts";
import { registryPaths } from "../../core/registry/config.ts";
import { registryBlobs, registryLinks, registryRoot } from "../../core/registry/layout.ts";
import { imagesFor } from "../../core/runtime/images.ts";
import { LATER_RANK, missingItems, sendItems } from "../content/transfer.ts";
import { inventory } from "../machine/inventory.ts";
import { images as pulled } from "../runtime/images.ts";
import { releaseFor } from "../release.ts";
import { trust } from "../site/trust.ts";
import { controlPlaneNames, theMachine } from "../targets.ts";

/**
 * Makes the registry's link files. `$1` is its root, `$2` the file that says what is complete, `$3` what it shall say;
 * lines `DIGEST PATH` come in on standard input. Each link is complete before its name can be seen; `$2` comes last.
 */
const link = `
set -eu
root=$1 complete=$2 mark=$3
umask 022
mkdir -p "$root"
cd "$root"
rm -f "$complete"
list=$(cat)
printf '%s\\n' "$list" | sed 's/^[^ ]* //; s,/[^/]*$,,' | sort -u | xargs -r mkdir -p --
printf '%s\\n' "$list" | while read -r digest path; do
  have=
  if [ -f "$path" ]; then read -r have < "$path" || true; fi
  if [ "$have" = "$digest" ]; then continue; fi
  printf %s "$digest" > "$path.slipway-new"
  mv -f "$path.slipway-new" "$path"
done
printf '%s\\n' "$mark" > "$complete.slipway-new"
mv -f "$complete.slipway-new" "$complete"
`;

/** All images, those first that this machine and its peers start with. */
const imagesInOrder = (release: Release): readonly ReleaseImage[] => [
  ...new Set([...imagesFor(release, ["control-plane", "worker"]), ...release.images]),
];

const contentOf = async (
  context: Pick<StepContext<Record<string, never>>, "cluster" | "ports">,
  facts: MachineFacts,
): Promise<{ images: readonly ReleaseImage[]; items: readonly ContentItem[]; mark: string }> => {
  const release = await releaseFor(context, facts);
  const images = imagesInOrder(release);
  return {
    images,
    items: registryBlobs(images).map(registryItem),
    mark: `${release.bundle} ${release.architecture}`,
  };
};

const Output = z.object({ images: z.number(), blobs: z.number() });

/**
 * Gives each control plane every image of the release, in the layout of its own registry. The machine pulls what it starts
 * with first: until all registries are filled, the appliance is the one that everybody can pull from.
 */
export const registryContent = definePhase({
  id: "registry.content",
  title: text("Fill the registry", "填充镜像仓库"),
  needs: { facts: inventory, trusted: trust, images: pulled },
  output: Output,
  effect: "changes",
  timeoutMs: 60 * 60_000,
  on: controlPlaneNames,
  async probe(context) {
    const { images, items, mark } = await contentOf(context, context.from.facts);
    const missing = await missingItems(context, items);
    if (missing.length > 0) {
      const megabytes = Math.ceil(transferBytes(missing) / 1e6);
      return {
        state: "needed",
        why: text(
          `${missing.length} of ${items.length} blobs are missing (${megabytes} MB)`,
          `${items.length} 个数据块中缺少 ${missing.length} 个（${megabytes} MB）`,
        ),
      };
    }
    const found = await context.ports.remote.readFile(
      theMachine(context),
      registryPaths.complete,
      context.signal,
    );
    return found?.trim() === mark
      ? { state: "satisfied", output: { images: images.length, blobs: items.length } }
      : { state: "needed", why: text("the images are not listed yet", "镜像尚未登记") };
  },
  async apply(context) {
    const { images, items, mark } = await contentOf(context, context.from.facts);
    await sendItems(context, await missingItems(context, items), { rank: LATER_RANK });
    await context.ports.remote.script(theMachine(context), link, {
      args: [registryRoot, registryPaths.complete, mark],
      stdin: registryLinks(images)
        .map(({ digest, path }) => `${digest} ${path}\n`)
        .join(""),
      signal: context.signal,
    });
    return { images: images.length, blobs: items.length };
  },
});
