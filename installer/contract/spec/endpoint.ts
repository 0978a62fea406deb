import * as z from "zod";
import { words } from "./words.ts";

/**
 * Where the cluster's API answers: at a virtual address that the control planes hold among them, at a load balancer that
 * exists already, or (with neither) at the only control plane's own address.
 */
export const Endpoint = z
  .strictObject({
    virtualIp: z
      .ipv4()
      .optional()
      .meta(
        words(
          "Free address of the control planes' own subnet; one of them at a time holds it",
          "控制平面所在子网中的空闲地址；任一时刻由其中一台持有",
          ["10.0.0.10"],
        ),
      ),
    interface: z
      .string()
      .min(1)
      .max(15)
      .optional()
      .meta(
        words(
          "Interface for virtualIp; by default the one that holds the machine's address",
          "承载 virtualIp 的网卡；默认为承载机器地址的网卡",
          ["eth0"],
        ),
      ),
    loadBalancer: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/)
      .optional()
      .meta(
        words(
          "Name or address of an existing load balancer that passes TCP on to port 6443 of the control planes",
          "已有负载均衡的名称或地址，须将 TCP 转发到各控制平面的 6443 端口",
          ["api.site-a.example", "10.0.0.5"],
        ),
      ),
    port: z
      .int()
      .min(1)
      .max(65535)
      .default(6443)
      .meta(words("Port at the virtual address or load balancer", "虚拟地址或负载均衡上的端口", [6443])),
  })
  .meta(
    words(
      "Where the cluster's API answers; several control planes need virtualIp or loadBalancer",
      "集群 API 的访问入口；多个控制平面必须设置 virtualIp 或 loadBalancer",
    ),
  );
export type Endpoint = Readonly<z.output<typeof Endpoint>>;
