import * as z from "zod";
import { Digest } from "./manifest.ts";

/**
 * What a site has, to be carried to the builder. Bundles are named by their index digest; blobs are listed too, so that
 * a builder that has never seen those bundles can still compute a difference.
 */
export const Inventory = z
  .strictObject({
    schema: z.literal(1),
    site: z.string().max(200),
    bundles: z.array(Digest).max(10_000),
    blobs: z.array(Digest).max(1_000_000),
  })
  .describe("Inventory of a site's bundle store");
export type Inventory = Readonly<z.output<typeof Inventory>>;

/**
 * First characters of the text form of an inventory, short enough for one QR code in its alphanumeric mode
 * (ISO/IEC 18004: 4,296 characters at level L). It names bundles only.
 */
export const INVENTORY_TEXT_PREFIX = "SLIPWAY-INVENTORY-1:";

/** Most characters of the text form that still fit one QR code with error correction level M. */
export const INVENTORY_TEXT_LIMIT = 3391;
