import { describe, expect, test } from "vitest";
import { readCertificate } from "./certificate.ts";
import { isDue, parseCertificates } from "./certificate-list.ts";

const PEM = `-----BEGIN CERTIFICATE-----
MIIBtTCCAVugAwIBAgIUF50oZdQv9JHWFuu/ZpWvs6dOw7AwCgYIKoZIzj0EAwIw
MDEVMBMGA1UECgwMc3lzdGVtOm5vZGVzMRcwFQYDVQQDDA5zeXN0ZW06bm9kZTpu
MTAeFw0yNjExMjEwNjA4NTlaFw0yNjExMjQwNjA4NTlaMDAxFTATBgNVBAoMDHN5
c3RlbTpub2RlczEXMBUGA1UEAwwOc3lzdGVtOm5vZGU6bjEwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAARG2QkRz/lBvLuPIoeo1vn/v7i2I10Q3sbZWk7U6aNmXxyx
9eEeWT5GZzJ4BqJgBBtnyEQPnnbRmMdWvzb+v81do1MwUTAdBgNVHQ4EFgQU2HLm
csmcsOK8sT8TZJRAGt5YKmMwHwYDVR0jBBgwFoAU2HLmcsmcsOK8sT8TZJRAGt5Y
KmMwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBzGCZM3kSZplSI
5mNRMtMix9ntIpyMKHIs0lrKAXULtgIhAKTradXATujr/62Tea3lF4M4Jglctn5q
nzDyzm19KrvD
-----END CERTIFICATE-----`;

describe("a certificate", () => {
  test("is read as openssl reads it", () => {
    expect(readCertificate(PEM)).toEqual({
      subject: "O=system:nodes, CN=system:node:n1",
      issuer: "O=system:nodes, CN=system:node:n1",
      serial: "179d2865d42ff491d616ebbf6695afb3a74ec3b0",
      notBefore: Date.parse("2026-11-21T06:08:59Z"),
      notAfter: Date.parse("2026-11-24T06:08:59Z"),
    });
  });

  test("that was cut short is none", () => {
    const body = PEM.split("\n");
    expect(readCertificate([body[0], ...body.slice(1, 4), body.at(-1)].join("\n"))).toBeUndefined();
    expect(readCertificate("nothing")).toBeUndefined();
  });

  test("is due when less than a third of its life is left", () => {
    const life = { notBefore: 0, notAfter: 300 };
    expect([isDue(life, 199), isDue(life, 201), isDue(life, 900)]).toEqual([false, true, true]);
  });
});

describe("the certificates of a machine", () => {
  test("are told apart by their place, and a broken one does not hide the others", () => {
    const places = [
      "/etc/kubernetes/pki/ca.crt",
      "/etc/kubernetes/pki/apiserver.crt",
      "/etc/kubernetes/pki/apiserver-etcd-client.crt",
      "/etc/kubernetes/pki/etcd/server.crt",
      "/etc/kubernetes/admin.conf",
      "/var/lib/kubelet/pki/kubelet-client-current.pem",
      "/var/lib/kubelet/pki/kubelet-server-current.pem",
      "/etc/slipway/registry.crt",
    ];
    const output = `@ /broken\nno pem\n${places.map((path) => `@ ${path}\n${PEM}\n`).join("")}`;
    expect(parseCertificates(output).map(({ use }) => use)).toEqual([
      "authority",
      "api-server",
      "etcd",
      "etcd",
      "kubeconfig",
      "kubelet-client",
      "kubelet-serving",
      "registry",
    ]);
  });
});
