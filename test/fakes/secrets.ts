import { SlipwayError } from "../../installer/core/contract.ts";
import type { Secrets } from "../../installer/core/ports/secrets.ts";

/** Secrets in memory. `files` stands for what `file:` references would read. */
export class FakeSecrets implements Secrets {
  readonly #values = new Map<string, { value: string; updatedAt: number }>();
  readonly #files: Readonly<Record<string, string>>;
  #time = 0;

  constructor(values: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(values)) this.#values.set(name, { value, updatedAt: 0 });
    this.#files = files;
  }

  async set(name: string, value: string): Promise<void> {
    this.#time += 1;
    this.#values.set(name, { value, updatedAt: this.#time });
  }

  async get(name: string): Promise<string> {
    const found = this.#values.get(name);
    if (found === undefined) throw SlipwayError.of("SECRET_NOT_FOUND", { name });
    return found.value;
  }

  async list(): Promise<readonly { name: string; updatedAt: number }[]> {
    return [...this.#values].map(([name, { updatedAt }]) => ({ name, updatedAt }));
  }

  async remove(name: string): Promise<void> {
    this.#values.delete(name);
  }

  async resolve(reference: string): Promise<string> {
    if (reference.startsWith("secret:")) return this.get(reference.slice("secret:".length));
    if (!reference.startsWith("file:")) throw SlipwayError.of("SECRET_REFERENCE_INVALID", { reference });
    const file = reference.slice("file:".length);
    const content = Object.hasOwn(this.#files, file) ? this.#files[file] : undefined;
    if (content === undefined) {
      throw SlipwayError.of("SECRET_FILE_UNREADABLE", { file, problem: "no such file" });
    }
    return content;
  }
}
