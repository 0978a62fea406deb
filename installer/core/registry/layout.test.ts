import { describe, expect, test } from "vitest";
import { blobDataPath, registryBlobs, registryLinks, repositoryOf } from "./layout.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const manifest = { digest: digest("a"), size: 1, mediaType: "m" };
const layer = { digest: digest("b"), size: 2 };

describe("the registry's layout", () => {
  test("puts blobs where Distribution's filesystem driver looks for them", () => {
    const hex = "b".repeat(64);
    expect(blobDataPath(layer.digest)).toBe(`docker/registry/v2/blobs/sha256/bb/${hex}/data`);
  });

  test("needs a layer that two images share once", () => {
    const image = { manifests: [manifest], blobs: [layer] };
    expect(registryBlobs([image, image])).toEqual([{ digest: manifest.digest, size: 1 }, layer]);
  });

  test.each([
    ["registry.k8s.io/pause:3.10.2", "registry.k8s.io/pause", "3.10.2"],
    ["registry.site:5000/a/b:1", "registry.site:5000/a/b", "1"],
    ["registry.site:5000/a/b", "registry.site:5000/a/b", "latest"],
  ])("keeps %s below the name of its registry", (name, repository, tag) => {
    expect(repositoryOf(name)).toEqual({ repository, tag });
  });

  test("links tags after all content of all images, so that what can be seen is whole", () => {
    const links = registryLinks([
      { name: "x.io/one:1", digest: manifest.digest, manifests: [manifest], blobs: [layer] },
      { name: "x.io/two:2", digest: manifest.digest, manifests: [manifest], blobs: [layer] },
    ]).map(({ path }) => path);
    const firstTag = links.findIndex((path) => path.includes("/tags/"));
    expect(links.slice(firstTag).every((path) => path.includes("/tags/"))).toBe(true);
    expect(links[0]).toBe(`docker/registry/v2/repositories/x.io/one/_layers/sha256/${"b".repeat(64)}/link`);
    expect(links.at(-1)).toBe("docker/registry/v2/repositories/x.io/two/_manifests/tags/2/current/link");
  });
});
