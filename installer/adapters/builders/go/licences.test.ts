import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { goPackages } from "./licences.ts";

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software
The above copyright notice and this permission notice shall be included in all copies`;
const info = [
  "program: go1.26.8",
  "\tpath\texample.org/program",
  "\tmod\texample.org/program\t(devel)\t",
  "\tdep\texample.org/There\tv1.0.0\th1:x",
  "\tdep\texample.org/gone\tv2.0.0\th1:y",
].join("\n");

let moduleCache: string;
const put = async (folder: string): Promise<void> => {
  await mkdir(join(moduleCache, folder), { recursive: true });
  await writeFile(join(moduleCache, folder, "LICENSE"), MIT);
};

beforeAll(async () => {
  moduleCache = await mkdtemp(join(tmpdir(), "slipway-licences-"));
  await put("example.org/!there@v1.0.0");
});
afterAll(() => rm(moduleCache, { recursive: true, force: true }));

test("a module that is no longer in the cache is fetched again before its licence is told", async () => {
  const fetched: string[] = [];
  const packages = await goPackages(info, {
    moduleCache,
    fetch: async (modules) => {
      fetched.push(...modules);
      await put("example.org/gone@v2.0.0");
    },
  });
  expect(fetched).toEqual(["example.org/gone@v2.0.0"]);
  expect(packages.map(({ name, licence }) => [name, licence])).toEqual([
    ["stdlib", "BSD-3-Clause"],
    ["example.org/There", "MIT"],
    ["example.org/gone", "MIT"],
  ]);
});
