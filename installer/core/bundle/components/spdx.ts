import type { SoftwarePackage } from "../../ports/builders.ts";

/** What an SBOM is about. */
export interface SbomSubject {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly home: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly architecture: string;
  /** sha256 in hex over everything the document lists: makes its namespace unique, as SPDX 2.3 section 6.5 demands. */
  readonly identity: string;
}

/** A part with what is in it: one component of a bundle. */
export interface SbomPart {
  readonly subject: Omit<SbomSubject, "identity" | "created" | "architecture">;
  readonly packages: readonly SoftwarePackage[];
}

/** An SPDX 2.3 document for one component: the component, and everything that was compiled or packed into it. */
export const componentSbom = (subject: SbomSubject, packages: readonly SoftwarePackage[]): object => {
  const root = rootPackage(subject);
  const parts = packages.filter(({ primary }) => primary !== true).map(toSpdx);
  return {
    ...head(subject),
    packages: [root, ...unique(parts)],
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: root.SPDXID },
      ...unique(parts).map((part) => contains(root.SPDXID, part.SPDXID)),
    ],
  };
};

/** An SPDX 2.3 document for a whole bundle: its components, and under each what it holds. */
export const bundleSbom = (subject: SbomSubject, parts: readonly SbomPart[]): object => {
  const root = rootPackage(subject);
  const packages = new Map<string, SpdxPackage>();
  const relationships: Relationship[] = [
    { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: root.SPDXID },
  ];
  for (const part of parts) {
    const component = rootPackage(part.subject);
    packages.set(component.SPDXID, component);
    relationships.push(contains(root.SPDXID, component.SPDXID));
    for (const inner of part.packages.filter(({ primary }) => primary !== true).map(toSpdx)) {
      packages.set(inner.SPDXID, inner);
      relationships.push(contains(component.SPDXID, inner.SPDXID));
    }
  }
  return {
    ...head(subject),
    packages: [root, ...packages.values()],
    relationships: uniqueRelations(relationships),
  };
};

interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo: string;
  readonly downloadLocation: string;
  readonly filesAnalyzed: false;
  readonly licenseConcluded: string;
  readonly licenseDeclared: string;
  readonly copyrightText: string;
  readonly homepage?: string;
  readonly checksums?: readonly { readonly algorithm: string; readonly checksumValue: string }[];
  readonly externalRefs?: readonly {
    readonly referenceCategory: string;
    readonly referenceType: string;
    readonly referenceLocator: string;
  }[];
}

interface Relationship {
  readonly spdxElementId: string;
  readonly relationshipType: string;
  readonly relatedSpdxElement: string;
}

const head = (subject: SbomSubject): object => ({
  spdxVersion: "SPDX-2.3",
  dataLicense: "CC0-1.0",
  SPDXID: "SPDXRef-DOCUMENT",
  name: `${subject.name}-${subject.version}-${subject.architecture}`,
  documentNamespace: `https://slipway.dev/spdx/${encodeURIComponent(subject.name)}/${subject.identity}`,
  creationInfo: {
    created: new Date(subject.created * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
    creators: ["Tool: slipway"],
  },
});

const rootPackage = (subject: SbomPart["subject"]): SpdxPackage => ({
  SPDXID: `SPDXRef-component-${idPart(subject.name)}`,
  name: subject.name,
  versionInfo: subject.version,
  downloadLocation: "NOASSERTION",
  homepage: subject.home,
  filesAnalyzed: false,
  licenseConcluded: "NOASSERTION",
  licenseDeclared: subject.licence,
  copyrightText: "NOASSERTION",
});

const toSpdx = (part: SoftwarePackage): SpdxPackage => ({
  SPDXID: `SPDXRef-package-${idPart(part.purl.replace(/^pkg:/, ""))}`,
  name: part.name,
  versionInfo: part.version,
  downloadLocation: "NOASSERTION",
  filesAnalyzed: false,
  licenseConcluded: "NOASSERTION",
  licenseDeclared: part.licence,
  copyrightText: "NOASSERTION",
  ...(part.checksum === undefined
    ? {}
    : { checksums: [{ algorithm: part.checksum.algorithm, checksumValue: part.checksum.value }] }),
  externalRefs: [
    { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: part.purl },
  ],
});

const contains = (whole: string, part: string): Relationship => ({
  spdxElementId: whole,
  relationshipType: "CONTAINS",
  relatedSpdxElement: part,
});

const unique = (packages: readonly SpdxPackage[]): readonly SpdxPackage[] => [
  ...new Map(packages.map((entry) => [entry.SPDXID, entry])).values(),
];

const uniqueRelations = (relations: readonly Relationship[]): readonly Relationship[] => [
  ...new Map(
    relations.map((entry) => [`${entry.spdxElementId} ${entry.relatedSpdxElement}`, entry]),
  ).values(),
];

/** SPDX identifiers hold letters, digits, dots and hyphens only; other characters become their code, so none collide. */
const idPart = (text: string): string =>
  text.replaceAll(/[^A-Za-z0-9.]/g, (character) =>
    character === "/" ? "-" : `-${(character.codePointAt(0) ?? 0).toString(16)}-`,
  );
