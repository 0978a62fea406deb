import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import { secretForms } from "../../installer/core/secret-forms.ts";

/** A place where a secret was found. */
export interface Leak {
  readonly file: string;
  readonly position: number;
  /** Which of the given values, by its position in the list: the value itself must not end up in a test report. */
  readonly value: number;
}

const everyFile = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const contents = (file: string): readonly Buffer[] => {
  const raw = readFileSync(file);
  return raw[0] === 0x1f && raw[1] === 0x8b ? [raw, gunzipSync(raw)] : [raw];
};

/** Every place below `folder` where one of `values` stands, raw or in any form that the redactor knows, UTF-16 included. */
export const findSecretsIn = (folder: string, values: readonly string[]): readonly Leak[] => {
  const needles = values.flatMap((value, index) =>
    [...secretForms(value)].flatMap((form) => [
      { index, bytes: Buffer.from(form, "utf8") },
      { index, bytes: Buffer.from(form, "utf16le") },
    ]),
  );
  return everyFile(folder).flatMap((file) =>
    contents(file).flatMap((content) =>
      needles.flatMap(({ index, bytes }) => {
        const position = content.indexOf(bytes);
        return position === -1 ? [] : [{ file, position, value: index }];
      }),
    ),
  );
};

/** Fails when any byte that was written below `folder` gives one of `values` away. */
export const expectNoSecretIn = (folder: string, values: readonly string[]): void => {
  expect(findSecretsIn(folder, values)).toEqual([]);
};
