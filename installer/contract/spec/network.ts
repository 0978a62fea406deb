import * as z from "zod";
import { words } from "./words.ts";

const cidr = z.cidrv4();

/** Networks inside the cluster. They must not overlap with the site's. */
export const NetworkSettings = z
  .strictObject({
    pods: cidr
      .default("10.244.0.0/16")
      .meta(
        words(
          "Addresses of pods; every node takes a /24 of it. Cannot be changed later",
          "Pod 网段，每个节点占用其中一个 /24；以后不能更改",
          ["10.244.0.0/16"],
        ),
      ),
    services: cidr
      .default("10.96.0.0/16")
      .meta(
        words(
          "Addresses of services, /12 to /28. Cannot be changed later",
          "Service 网段，/12 至 /28；以后不能更改",
          ["10.96.0.0/16"],
        ),
      ),
    domain: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
      .default("cluster.local")
      .meta(words("DNS domain of the cluster. Cannot be changed later", "集群的 DNS 域；以后不能更改")),
    proxyMode: z
      .enum(["nftables", "iptables"])
      .default("nftables")
      .meta(
        words(
          "How kube-proxy makes service addresses reach their pods",
          "kube-proxy 将 Service 地址转到 Pod 的方式",
        ),
      ),
    mtu: z
      .int()
      .min(1280)
      .max(9216)
      .optional()
      .meta(
        words(
          "MTU of pods' interfaces; by default that of the machine's interface, less 50 for vxlan",
          "Pod 网卡的 MTU；默认取机器网卡的 MTU，vxlan 时再减 50",
          [1450],
        ),
      ),
    flannel: z
      .strictObject({
        backend: z
          .enum(["vxlan", "host-gw"])
          .default("vxlan")
          .meta(
            words(
              "How pods of different machines reach each other; host-gw is faster, and needs all machines in one subnet",
              "跨机器 Pod 通信的方式；host-gw 更快，但要求所有机器在同一子网",
            ),
          ),
      })
      .prefault({})
      .meta(words("flannel, the pod network", "Pod 网络插件 flannel")),
  })
  .meta(
    words(
      "Networks inside the cluster; they must not overlap with the site's",
      "集群内部网络，不能与现场网络重叠",
    ),
  );
