import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./test/reporters/totals.ts";

const totals = process.env["SLIPWAY_TEST_TOTALS"];

/**
 * Suites: `unit` needs nothing but Node; `lab` starts real engines and makes real machines, for which it needs root;
 * `browser` opens the built console in a real browser, `desktop` the app in a real window. See CONTRIBUTING.md.
 */
export default defineConfig({
  test: {
    reporters: totals === undefined ? ["default"] : ["default", new TotalsReporter(totals)],
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "installer/**/*.test.ts",
            "renderer/**/*.test.ts",
            "electron/**/*.test.ts",
            "test/**/*.test.ts",
          ],
          exclude: [
            "**/node_modules/**",
            "test/lab/**",
            "test/engine/**",
            "test/browser/**",
            "test/desktop/**",
            "test/bench/**",
          ],
          pool: "threads",
          // Modules hold no state, so that files may share them: loading them anew for each file takes half the time.
          isolate: false,
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts", "test/engine/**/*.test.ts"],
          // Machines share two cores and one bridge: files run one after the other, each in a process of its own.
          pool: "forks",
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "desktop",
          include: ["test/desktop/**/*.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          // One browser and one engine at a time.
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
