import { expect, test } from "vitest";
import { ClusterSpec } from "../../contract/spec/cluster.ts";
import { wrongNames } from "./api-server-names.ts";

const cluster = ClusterSpec.parse({
  apiVersion: "slipway/v1",
  kind: "Cluster",
  name: "prod",
  endpoint: { virtualIp: "10.0.0.10" },
  machines: [
    { name: "n1", address: "10.0.0.11", roles: ["control-plane"] },
    { name: "n3", address: "10.0.0.13", roles: ["control-plane"] },
  ],
});
const [machine] = cluster.machines;
if (machine === undefined) throw new Error("no machine");

const element = (tag: number, content: readonly number[]): readonly number[] =>
  content.length < 0x80
    ? [tag, content.length, ...content]
    : [tag, 0x82, content.length >> 8, content.length & 0xff, ...content];

/** As much of a certificate as its names need: the extension subjectAltName (RFC 5280, 4.2.1.6) in DER. */
const certificateFor = (dns: readonly string[], addresses: readonly string[]): string => {
  const names = [
    ...dns.flatMap((name) => element(0x82, [...new TextEncoder().encode(name)])),
    ...addresses.flatMap((address) => element(0x87, address.split(".").map(Number))),
  ];
  const extension = [0x06, 0x03, 0x55, 0x1d, 0x11, ...element(0x04, element(0x30, names))];
  const body = btoa(String.fromCharCode(...element(0x30, extension)));
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
};

const kubernetes = [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
  "localhost",
];
const own = ["10.96.0.1", "10.0.0.11", "10.0.0.10", "127.0.0.1"];

test("a certificate that names its machine, the endpoint and Kubernetes is good, with or without the others", () => {
  expect(wrongNames(certificateFor([...kubernetes, "n1"], own), { cluster, machine })).toBeUndefined();
  const all = certificateFor([...kubernetes, "n1", "n3"], [...own, "10.0.0.13"]);
  expect(wrongNames(all, { cluster, machine })).toBeUndefined();
});

test("names of a control plane that has left are strange", () => {
  const pem = certificateFor([...kubernetes, "n1", "n2"], [...own, "10.0.0.12"]);
  expect(wrongNames(pem, { cluster, machine })).toEqual({ strange: ["n2", "10.0.0.12"], missing: [] });
});

test("a certificate without the endpoint's address is wrong", () => {
  const pem = certificateFor(
    [...kubernetes, "n1"],
    own.filter((name) => name !== "10.0.0.10"),
  );
  expect(wrongNames(pem, { cluster, machine })).toEqual({ strange: [], missing: ["10.0.0.10"] });
});
