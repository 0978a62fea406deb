import { eventIterator } from "@orpc/contract";
import * as z from "zod";
import { administer, inspect } from "./base.ts";
import { ImportSummary } from "./bundles.ts";
import { workItem } from "./work.ts";

/** Bytes of one piece, at most: as base64 in JSON it stays below what a request may have. */
export const UPLOAD_PIECE = 4 * 1024 * 1024;

const LARGEST = 64 * 2 ** 30;
const UploadId = z.string().regex(/^[0-9a-f]{32}$/);

/** How far a file has come; go on from there. */
export const UploadState = z.object({ id: UploadId, offset: z.number() });
export type UploadState = Readonly<z.output<typeof UploadState>>;

/**
 * Calls that bring a bundle from the computer of whoever sits before the page. The same file, by the same person, goes on
 * where it was cut off. What is no bundle is refused with its first piece.
 */
export const uploads = {
  begin: administer
    .route({ method: "POST", path: "/uploads", summary: "Begin to bring a bundle, or go on" })
    .input(
      z.strictObject({
        name: z.string().min(1).max(255),
        size: z.int().min(1).max(LARGEST),
        modifiedAt: z.number().describe("Tells files of one name apart, in milliseconds since the epoch"),
      }),
    )
    .output(UploadState),
  /** Part of what `begin` has put into the audit log, so not an entry of its own. */
  add: inspect
    .route({ method: "POST", path: "/uploads/{id}", summary: "Bring a piece; answers where to go on" })
    .input(
      z.strictObject({
        id: UploadId,
        offset: z.int().min(0).max(LARGEST),
        data: z.base64().max(Math.ceil(UPLOAD_PIECE / 3) * 4),
      }),
    )
    .output(UploadState),
  import: administer
    .route({
      method: "POST",
      path: "/uploads/{id}/import",
      summary: "Take a bundle that was brought into the store",
    })
    .meta({ deadlineMs: "none" })
    .input(z.strictObject({ id: UploadId, unsigned: z.enum(["refuse", "allow"]).default("refuse") }))
    .output(eventIterator(workItem(ImportSummary))),
};
