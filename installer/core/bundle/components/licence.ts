/**
 * Names the licence of a text by sentences that only that licence has. It is meant for LICENSE files of Go modules and
 * says NOASSERTION rather than guess; a file with several licences gives all that were recognised.
 */
export const classifyLicence = (text: string): string => {
  const flat = text
    .replaceAll(/[\s*#/>]+/g, " ")
    .replaceAll(/[“”"'`’]/g, "")
    .toLowerCase();
  const found = rules.filter(
    ({ all, none }) => all.every((part) => flat.includes(part)) && !none?.some((part) => flat.includes(part)),
  );
  const names = [...new Set(found.map(({ name }) => name))];
  return names.length === 0 ? "NOASSERTION" : names.toSorted().join(" AND ");
};

/** Joins licences of parts into one SPDX expression; unknown ones make the whole unknown only when nothing else is known. */
export const joinLicences = (licences: readonly string[]): string => {
  const known = [...new Set(licences.flatMap((licence) => licence.split(" AND ")))].filter(
    (licence) => licence !== "NOASSERTION",
  );
  return known.length === 0 ? "NOASSERTION" : known.toSorted().join(" AND ");
};

interface Rule {
  readonly name: string;
  readonly all: readonly string[];
  readonly none?: readonly string[];
}

const bsdHead =
  "redistribution and use in source and binary forms, with or without modification, are permitted";
const bsdThird = "to endorse or promote products derived from";
const bsdFourth = "all advertising materials mentioning features";

const rules: readonly Rule[] = [
  {
    name: "Apache-2.0",
    all: ["apache license", "version 2.0", "grant of patent license"],
  },
  {
    name: "Apache-2.0",
    all: ["licensed under the apache license, version 2.0"],
    none: ["grant of patent license"],
  },
  {
    name: "MIT",
    all: [
      "permission is hereby granted, free of charge, to any person obtaining a copy",
      "the above copyright notice and this permission notice shall be included",
    ],
  },
  {
    name: "MIT-0",
    all: [
      "permission is hereby granted, free of charge, to any person obtaining a copy",
      "the software is provided as is",
    ],
    none: ["permission notice shall be included"],
  },
  { name: "BSD-4-Clause", all: [bsdHead, bsdFourth] },
  { name: "BSD-3-Clause", all: [bsdHead, bsdThird], none: [bsdFourth] },
  { name: "BSD-2-Clause", all: [bsdHead], none: [bsdThird, bsdFourth] },
  { name: "MPL-2.0", all: ["mozilla public license", "2.0", "covered software"] },
  {
    name: "ISC",
    all: [
      "permission to use, copy, modify, and",
      "distribute this software for any purpose with or without fee is hereby granted",
    ],
    none: ["without fee is hereby granted, provided that the above copyright notice appears in all"],
  },
  { name: "Unlicense", all: ["this is free and unencumbered software released into the public domain"] },
  { name: "CC0-1.0", all: ["cc0 1.0 universal"] },
  { name: "CC-BY-SA-4.0", all: ["creative commons attribution-sharealike 4.0 international"] },
  {
    name: "Zlib",
    all: [
      "this software is provided as-is, without any express or implied warranty",
      "must not be misrepresented",
    ],
  },
  { name: "LGPL-3.0-only", all: ["gnu lesser general public license", "version 3, 29 june 2007"] },
  {
    name: "GPL-3.0-only",
    all: ["gnu general public license version 3, 29 june 2007"],
    none: ["gnu lesser general public license version 3"],
  },
  { name: "GPL-2.0-only", all: ["gnu general public license version 2, june 1991"] },
];
