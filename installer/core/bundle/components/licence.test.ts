import { describe, expect, test } from "vitest";
import { debianLicence } from "./debian-copyright.ts";
import { classifyLicence, joinLicences } from "./licence.ts";

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software
The above copyright notice and this permission notice shall be included in all copies`;
const bsd = `Redistribution and use in source and binary forms, with or without
// modification, are permitted provided that the following conditions are met:`;

describe("the licence of a text", () => {
  test.each([
    [mit, "MIT"],
    [bsd, "BSD-2-Clause"],
    [
      `${bsd} * Neither the name may be used to endorse or promote products derived from this`,
      "BSD-3-Clause",
    ],
    ["Apache License\n Version 2.0, January 2004 ... 3. Grant of Patent License.", "Apache-2.0"],
    ["Mozilla Public License Version 2.0 ... 1.4. Covered Software", "MPL-2.0"],
    [`${mit}\n${bsd}`, "BSD-2-Clause AND MIT"],
  ])("is told from its own sentences (%#)", (text, expected) => {
    expect(classifyLicence(text)).toBe(expected);
  });

  test("is not guessed when nothing is recognised", () => {
    expect(classifyLicence("All rights reserved. MIT and Apache are mentioned only.")).toBe("NOASSERTION");
  });

  test("of several parts keeps what is known", () => {
    expect(joinLicences(["NOASSERTION", "MIT", "Apache-2.0 AND MIT"])).toBe("Apache-2.0 AND MIT");
    expect(joinLicences(["NOASSERTION"])).toBe("NOASSERTION");
  });
});

describe("a Debian copyright file", () => {
  test("gives SPDX names for Debian's", () => {
    const text =
      "Format: https://www.debian.org/doc/\nLicense: GPL-2+\n\nFiles: x\nLicense: Expat and BSD-3-clause\n text";
    expect(debianLicence(text)).toBe("BSD-3-Clause AND GPL-2.0-or-later AND MIT");
  });

  test("in free form gives no licence", () => {
    expect(debianLicence("License: GPL-2, see /usr/share/common-licenses")).toBe("NOASSERTION");
  });
});
