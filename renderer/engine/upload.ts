import type { ImportSummary } from "../../installer/contract/api/bundles.ts";
import { UPLOAD_PIECE } from "../../installer/contract/api/uploads.ts";
import { isCode } from "../../installer/contract/errors/index.ts";
import { client } from "./engine.ts";

/** How far a file has come, or how far its import has. */
export type UploadItem =
  | {
      readonly kind: "progress";
      readonly progress: {
        readonly stage: string;
        readonly done: number;
        readonly total: number;
        readonly unit: "bytes" | "items";
      };
    }
  | { readonly kind: "done"; readonly result: ImportSummary };

const AGAIN_MS = 1_000;
const FIRST_PIECE = 64 * 1024;

/** Brings a file of this computer to the engine and imports it. A lost connection is waited for, and gone on after. */
export async function* uploadBundle(file: File, signal: AbortSignal): AsyncGenerator<UploadItem, void, void> {
  const { name, size, lastModified } = file;
  const begin = () => client.uploads.begin({ name, size, modifiedAt: lastModified }, { signal });
  let { id, offset } = await begin();
  while (offset < size) {
    yield { kind: "progress", progress: { stage: "upload", done: offset, total: size, unit: "bytes" } };
    // The engine knows by the first bytes whether this is a bundle.
    const length = offset === 0 ? FIRST_PIECE : UPLOAD_PIECE;
    const data = await base64(file.slice(offset, offset + length));
    try {
      ({ id, offset } = await client.uploads.add({ id, offset, data }, { signal }));
    } catch (error) {
      // A new engine knows the file again once it was begun anew.
      if (!isCode(error, "ENGINE_LOST") && !isCode(error, "UPLOAD_UNKNOWN")) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      ({ id, offset } = await begin());
    }
  }
  yield* await client.uploads.import({ id }, { signal });
}

const base64 = (piece: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const url = typeof reader.result === "string" ? reader.result : "";
      resolve(url.slice(url.indexOf(",") + 1));
    });
    reader.addEventListener("error", () => reject(reader.error ?? new Error("not readable")));
    reader.readAsDataURL(piece);
  });
