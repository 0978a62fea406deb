import { describe, expect, test } from "vitest";
import { pullFailure } from "./pull-failure.ts";

const warning =
  'time="2026-11-21T08:40:58Z" level=warning msg="DEPRECATION: The support for cgroup v1 is deprecated"';
const refused =
  'ctr: failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://10.99.0.11:5000/v2/registry.k8s.io/etcd/blobs/sha256:42d2?ns=registry.k8s.io": dial tcp 10.99.0.11:5000: connect: connection refused';

describe("why an image was not pulled", () => {
  test("a registry that was not there for a moment is likely to come back", () => {
    expect(pullFailure(`${warning}\n${refused}\n${warning}\n`)).toEqual({
      problem: refused,
      passing: true,
      diskFull: false,
    });
  });

  test("an image that no registry has stays missing, also beside a registry that was away", () => {
    const missing =
      'ctr: failed to resolve reference "registry.k8s.io/pause:0": registry.k8s.io/pause:0: not found';
    expect(pullFailure(`${refused}\n${missing}\n`)).toEqual({
      problem: missing,
      passing: false,
      diskFull: false,
    });
  });

  test("a disk that is full does not pass, and is told apart", () => {
    expect(pullFailure("ctr: failed to extract layer: write: no space left on device\n")).toMatchObject({
      passing: false,
      diskFull: true,
    });
  });

  test("output in which ctr says nothing gives its last line", () => {
    expect(pullFailure("sh: ctr: not found\n")).toEqual({
      problem: "sh: ctr: not found",
      passing: false,
      diskFull: false,
    });
  });
});
