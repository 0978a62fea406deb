import * as z from "zod";

/**
 * Where the cluster's API answers: at a virtual address that the control planes hold among them, at a load balancer that
 * exists already, or (with neither) at the only control plane's own address.
 */
export const Endpoint = z
  .strictObject({
    virtualIp: z
      .ipv4()
      .optional()
      .describe("Free address of the machines' own subnet; one control plane at a time holds it"),
    interface: z
      .string()
      .min(1)
      .max(15)
      .optional()
      .describe("Interface for virtualIp; by default the one that holds the machine's address"),
    loadBalancer: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/)
      .optional()
      .describe("Name or address of an existing load balancer in front of the control planes"),
    port: z.int().min(1).max(65535).default(6443).describe("Port at the virtual address or load balancer"),
  })
  .describe("Where the cluster's API answers");
export type Endpoint = Readonly<z.output<typeof Endpoint>>;
