/**
 * Licences named by a Debian copyright file in the machine-readable format (DEP-5), as an SPDX expression as far as
 * Debian's short names have an SPDX equal; other files give NOASSERTION.
 */
export const debianLicence = (copyright: string): string => {
  if (!/^format:/im.test(copyright)) return "NOASSERTION";
  const names = [...copyright.matchAll(/^License:[ \t]*(\S[^\n]*)$/gim)].flatMap(([, line]) =>
    (line ?? "").split(/\s+(?:and|or|and\/or)\s+|,\s*/i),
  );
  const known = names.flatMap((name) => {
    const spdx = spdxOf(name.trim().replace(/[.;]$/, ""));
    return spdx === undefined ? [] : [spdx];
  });
  return known.length === 0 ? "NOASSERTION" : [...new Set(known)].toSorted().join(" AND ");
};

const spdxOf = (name: string): string | undefined => {
  const gnu = /^(A?GPL|LGPL|GFDL)-?(\d(?:\.\d)?)(?:\.0)?(\+)?$/i.exec(name);
  if (gnu !== null) {
    const [, family = "", version = "", later] = gnu;
    const full = version.includes(".") ? version : `${version}.0`;
    return `${family.toUpperCase()}-${family.toUpperCase() === "GFDL" ? version : full}-${later === undefined ? "only" : "or-later"}`;
  }
  return plain[name.toLowerCase()];
};

const plain: Readonly<Record<string, string>> = {
  expat: "MIT",
  mit: "MIT",
  "mit/x11": "MIT",
  x11: "X11",
  "apache-2.0": "Apache-2.0",
  "apache-2": "Apache-2.0",
  "bsd-2-clause": "BSD-2-Clause",
  "bsd-3-clause": "BSD-3-Clause",
  "bsd-4-clause": "BSD-4-Clause",
  "bsd-4-clause-uc": "BSD-4-Clause-UC",
  isc: "ISC",
  zlib: "Zlib",
  curl: "curl",
  openssl: "OpenSSL",
  "mpl-2.0": "MPL-2.0",
  "mpl-1.1": "MPL-1.1",
  "artistic-2.0": "Artistic-2.0",
  artistic: "Artistic-1.0-Perl",
  "cc0-1.0": "CC0-1.0",
  "bsl-1.0": "BSL-1.0",
};
