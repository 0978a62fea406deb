import { Inventory, INVENTORY_TEXT_LIMIT, INVENTORY_TEXT_PREFIX } from "../../contract/bundle/inventory.ts";
import type { Digest } from "../../contract/bundle/manifest.ts";
import { SlipwayError } from "../../contract/errors/index.ts";

const HEX = /^[0-9A-F]{64}$/;

/** What a site has, in its one form: sorted, each digest once. */
export const makeInventory = (
  site: string,
  bundles: readonly Digest[],
  blobs: Iterable<Digest>,
): Inventory => ({
  schema: 1,
  site,
  bundles: [...new Set(bundles)].toSorted(),
  blobs: [...new Set(blobs)].toSorted(),
});

/**
 * The text for a QR code: only the bundles, in characters of its alphanumeric mode. Undefined when it would not fit one
 * code; the file is then the way.
 */
export const inventoryText = (inventory: Inventory): string | undefined => {
  const digests = inventory.bundles.map((digest) => digest.slice("sha256:".length).toUpperCase());
  const text = INVENTORY_TEXT_PREFIX + digests.join(":");
  return text.length <= INVENTORY_TEXT_LIMIT ? text : undefined;
};

/** Reads an inventory from its file or from its text. Rejects with BUNDLE_INVENTORY_BAD. */
export const readInventory = (source: string, file: string): Inventory => {
  const trimmed = source.trim();
  const bad = (problem: string): SlipwayError => SlipwayError.of("BUNDLE_INVENTORY_BAD", { file, problem });
  if (trimmed.startsWith(INVENTORY_TEXT_PREFIX)) {
    const digests = trimmed
      .slice(INVENTORY_TEXT_PREFIX.length)
      .split(":")
      .filter((part) => part !== "");
    const wrong = digests.find((digest) => !HEX.test(digest));
    if (wrong !== undefined) throw bad(`${wrong} is not a digest`);
    return makeInventory(
      "",
      digests.map((digest) => `sha256:${digest.toLowerCase()}`),
      [],
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    throw bad("it is neither JSON nor the text of a QR code");
  }
  const parsed = Inventory.safeParse(value);
  if (!parsed.success) throw bad(parsed.error.issues[0]?.message ?? "malformed");
  return parsed.data;
};
