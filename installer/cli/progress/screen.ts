import type { Screen } from "../environment.ts";

/** Redraws a block of lines in place at the bottom of a terminal. */
export class LiveBlock {
  readonly #screen: Screen;
  #drawn = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Replaces what was drawn before. Lines must fit the width of the window: a wrapped one would spoil the count. */
  draw(lines: readonly string[]): void {
    this.#screen.write(`${this.#home()}${lines.map((line) => `${line}\u001B[K\n`).join("")}\u001B[J`);
    this.#drawn = lines.length;
  }

  /** Removes the block, so that ordinary lines can follow. */
  clear(): void {
    if (this.#drawn > 0) this.#screen.write(`${this.#home()}\u001B[J`);
    this.#drawn = 0;
  }

  #home(): string {
    return this.#drawn === 0 ? "\r" : `\r\u001B[${this.#drawn}A`;
  }
}
