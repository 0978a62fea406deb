import { SlipwayError } from "../contract.ts";

/** One part of the collector's output. `missing`: the tool or file is not there; 124: it ran into its time limit. */
interface Section {
  readonly status: string;
  readonly body: string;
}

/** The collector's output by section name. */
export type Sections = ReadonlyMap<string, Section>;

const decode = (output: string): Buffer | undefined => {
  const match = /(?:^|\n)slipway-facts (base64|hex)\r?\n/.exec(output);
  if (match === null) return undefined;
  const payload = output.slice(match.index + match[0].length).replaceAll(/\s/g, "");
  return Buffer.from(payload, match[1] === "hex" ? "hex" : "base64");
};

/**
 * Takes the stream apart. Whatever stands before the header (a banner, a chatty start-up file) is ignored.
 * @throws FACTS_UNREADABLE when the stream is cut short or a length does not fit: half an inventory is none.
 */
export const parseSections = (output: string, machine: string): Sections => {
  const unreadable = (problem: string): SlipwayError =>
    SlipwayError.of("FACTS_UNREADABLE", { machine, problem }, { machine, detail: output.slice(0, 2000) });
  const bytes = decode(output);
  if (bytes === undefined) throw unreadable("no header");
  const sections = new Map<string, Section>();
  let at = 0;
  while (at < bytes.length) {
    const lineEnd: number = bytes.indexOf(10, at);
    const header = /^([a-z.]+) (missing|\d+) (\d+)$/.exec(
      bytes.toString("latin1", at, lineEnd === -1 ? bytes.length : lineEnd),
    );
    if (header === null || lineEnd === -1) throw unreadable(`bad section header at byte ${at}`);
    const [, name = "", status = "", length = ""] = header;
    const start: number = lineEnd + 1;
    const end: number = start + Number(length);
    if (bytes[end] !== 10) throw unreadable(`section ${name} is cut short`);
    sections.set(name, { status, body: bytes.toString("utf8", start, end) });
    at = end + 1;
  }
  if (!sections.has("end")) throw unreadable("the end is missing");
  return sections;
};

/** Non-empty lines of a section. */
export const lines = (body: string | undefined): string[] =>
  (body ?? "").split("\n").filter((line) => line.trim() !== "");

/** Lines of tab-separated fields. */
export const table = (body: string | undefined): string[][] => lines(body).map((line) => line.split("\t"));

/** Path to value, for sections of `values` and `links`. */
export const valueMap = (body: string | undefined): ReadonlyMap<string, string> =>
  new Map(table(body).map(([path = "", ...value]) => [path, value.join("\t").trim()]));
