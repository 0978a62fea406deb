import { describe, expect, test } from "vitest";
import { goSumToHex, parseGoBuildInfo } from "./go-build-info.ts";
import { bundleSbom, componentSbom } from "./spdx.ts";

const subject = {
  name: "kubelet",
  version: "v1",
  licence: "Apache-2.0",
  home: "https://kubernetes.io",
  created: 1_790_000_000,
  architecture: "amd64",
  identity: "ab",
};
const part = (purl: string) => ({ name: purl, version: "1", purl, licence: "MIT" });

describe("an SBOM", () => {
  test("has one identifier for each package, even where names differ only in punctuation", () => {
    const document = componentSbom(subject, [part("pkg:golang/a.b/c@1"), part("pkg:golang/a.b_c@1")]);
    const ids = (document as { packages: { SPDXID: string }[] }).packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
  });

  test("of a bundle relates the bundle to its components and those to their parts, each once", () => {
    const shared = part("pkg:golang/x@1");
    const document = bundleSbom(subject, [
      { subject: { ...subject, name: "one" }, packages: [shared, shared] },
      { subject: { ...subject, name: "two" }, packages: [shared] },
    ]);
    expect((document as { relationships: unknown[] }).relationships).toHaveLength(5);
    expect((document as { packages: unknown[] }).packages).toHaveLength(4);
  });
});

describe("Go's build information", () => {
  const output = [
    "/x/kubelet: go1.26.8",
    "\tpath\tk8s.io/kubernetes/cmd/kubelet",
    "\tmod\tslipway.local/kubernetes\t(devel)\t",
    "\tdep\tk8s.io/api\tv0.0.0\t",
    "\t=>\tk8s.io/api\tv0.37.1\th1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "\tbuild\t-trimpath=true",
  ].join("\n");

  test("names what was really compiled where a module was replaced", () => {
    expect(parseGoBuildInfo(output)).toMatchObject({
      goVersion: "go1.26.8",
      modules: [{ path: "k8s.io/api", version: "v0.37.1" }],
    });
  });

  test("carries checksums that turn into SPDX's form", () => {
    expect(goSumToHex("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(goSumToHex("h2:abc")).toBeUndefined();
  });
});
