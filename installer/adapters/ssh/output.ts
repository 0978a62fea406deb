import { StringDecoder } from "node:string_decoder";
import type { Redactor } from "../../core/ports/index.ts";

/** Past this much without a line end, text is passed on anyway. */
const LONGEST_LINE = 64 * 1024;
/** What a login file may print before our marker; more is dropped. */
const LONGEST_PREAMBLE = 64 * 1024;

/** How one stream of a command is kept and passed on. */
export interface OutputOptions {
  readonly marker: string;
  readonly maxBytes: number;
  readonly redactor: Redactor;
  /** Receives whole lines, so that a secret is never cut in two and missed by the redactor. */
  readonly onText?: ((text: string) => void) | undefined;
  /** Receives the rest of the marker's line, once. */
  readonly onStart: (rest: string) => void;
  /** Receives what arrives before the marker. */
  readonly onPreamble?: ((soFar: string) => void) | undefined;
}

/** One stream of a command: what comes before the marker, then output, kept up to a limit. */
export class Output {
  readonly #options: OutputOptions;
  readonly #chunks: Buffer[] = [];
  readonly #decoder = new StringDecoder("utf8");
  #preamble = Buffer.alloc(0);
  #kept = 0;
  #line = "";
  #started = false;
  truncated = false;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** Takes the next bytes of the stream. */
  take(chunk: Buffer): void {
    if (this.#started) {
      this.#keep(chunk);
      return;
    }
    this.#preamble = Buffer.concat([this.#preamble, chunk]);
    const at = this.#preamble.indexOf(this.#options.marker);
    const end = at < 0 ? -1 : this.#preamble.indexOf("\n", at);
    if (end >= 0) {
      const rest = this.#preamble.toString("utf8", at + this.#options.marker.length, end);
      const behind = this.#preamble.subarray(end + 1);
      this.#preamble = this.#preamble.subarray(0, at);
      this.#started = true;
      this.#options.onStart(rest.trim());
      if (behind.length > 0) this.#keep(behind);
      return;
    }
    if (this.#preamble.length > LONGEST_PREAMBLE) this.#preamble = this.#preamble.subarray(-LONGEST_PREAMBLE);
    this.#options.onPreamble?.(this.preamble());
  }

  /** Passes on what is left of the last line. */
  end(): void {
    this.#line += this.#decoder.end();
    this.#pass(this.#line);
    this.#line = "";
  }

  /** Whether the command behind the marker has started. */
  get started(): boolean {
    return this.#started;
  }

  preamble(): string {
    return this.#preamble.toString("utf8");
  }

  text(): string {
    const all = Buffer.concat(this.#chunks).toString("utf8");
    // A cut may fall inside a character.
    return this.truncated ? all.replace(/\uFFFD+$/, "") : all;
  }

  #keep(chunk: Buffer): void {
    const room = this.#options.maxBytes - this.#kept;
    if (chunk.length > room) this.truncated = true;
    if (room > 0) {
      const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
      this.#chunks.push(part);
      this.#kept += part.length;
    }
    if (this.#options.onText === undefined) return;
    this.#line += this.#decoder.write(chunk);
    const end = Math.max(this.#line.lastIndexOf("\n"), this.#line.lastIndexOf("\r")) + 1;
    const cut = end > 0 ? end : this.#line.length > LONGEST_LINE ? this.#line.length : 0;
    this.#pass(this.#line.slice(0, cut));
    this.#line = this.#line.slice(cut);
  }

  #pass(text: string): void {
    if (text !== "") this.#options.onText?.(this.#options.redactor.redact(text));
  }
}
