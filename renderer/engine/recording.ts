import { SlipwayError } from "../../installer/contract/errors/index.ts";
import { readCast, type Cast } from "../state/cast.ts";
import { client } from "./engine.ts";

/** A recording that has been loaded. */
export interface LoadedRecording {
  readonly cast: Cast;
  /** As it stands in its file. */
  readonly text: string;
  /** It is longer than a page can hold, and its end is left out. */
  readonly isCut: boolean;
}

/** Longer ones are played up to here; the command line plays them whole. */
const MOST_CHARACTERS = 96 * 1024 * 1024;

/** Loads a recording. Rejects with RECORDING_UNKNOWN. */
export const loadRecording = async (
  id: string,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (count: number) => void },
): Promise<LoadedRecording> => {
  const pieces: string[] = [];
  let length = 0;
  let isCut = false;
  for await (const { text } of await client.terminals.replay({ recording: id }, { signal })) {
    pieces.push(text);
    length += text.length;
    onBytes(length);
    isCut = length > MOST_CHARACTERS;
    if (isCut) break;
  }
  const text = pieces.join("");
  const cast = readCast(text);
  if (cast === undefined) throw SlipwayError.of("RECORDING_UNKNOWN", { recording: id, days: "–" });
  return { cast, text, isCut };
};
