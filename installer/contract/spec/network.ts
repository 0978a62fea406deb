import * as z from "zod";

const cidr = z.cidrv4();

/** Networks inside the cluster. They must not overlap with the site's. */
export const NetworkSettings = z.strictObject({
  pods: cidr.default("10.244.0.0/16"),
  services: cidr.default("10.96.0.0/16"),
  domain: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
    .default("cluster.local")
    .describe("DNS domain of the cluster"),
  proxyMode: z
    .enum(["nftables", "iptables"])
    .default("nftables")
    .describe("How kube-proxy makes service addresses reach their pods"),
  flannel: z
    .strictObject({
      backend: z
        .enum(["vxlan", "host-gw"])
        .default("vxlan")
        .describe("host-gw is faster, and needs all machines in one subnet"),
    })
    .prefault({}),
});
