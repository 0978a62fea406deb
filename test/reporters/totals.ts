import { appendFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Adds one line `<passed> <failed>` a run to a file, so that .ci/run can sum up suites that run one after the other. */
export class TotalsReporter implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      passed += states.filter((state) => state === "passed").length;
      failed += states.filter((state) => state === "failed").length;
      // A file that cannot be loaded has no tests to fail.
      if (module.state() === "failed" && !states.includes("failed")) failed += 1;
    }
    appendFileSync(this.#file, `${passed} ${failed}\n`);
  }
}
