import * as z from "zod";
import { words } from "./words.ts";

/** A length of time in hours or minutes, as Go reads one. */
const Lifetime = z.string().regex(/^[1-9][0-9]{0,6}[hm]$/);

/** How long the certificates of a cluster are good for. */
export const CertificateSettings = z
  .strictObject({
    validity: Lifetime.default("8760h").meta(
      words(
        "Lifetime of every certificate of the cluster: API servers, etcd, kubelets, kubeconfigs",
        "集群各证书的有效期：API 服务、etcd、kubelet 及 kubeconfig",
        ["8760h"],
      ),
    ),
    caValidity: Lifetime.default("87600h").meta(
      words(
        "Lifetime of the cluster's own authorities; read only when a cluster is made",
        "集群自有 CA 的有效期；仅在创建集群时生效",
        ["87600h"],
      ),
    ),
  })
  .meta(words("Lifetimes of certificates", "证书有效期"));
export type CertificateSettings = Readonly<z.output<typeof CertificateSettings>>;

/** Milliseconds of a lifetime as the spec writes it. */
export const lifetimeMs = (lifetime: string): number =>
  Number.parseInt(lifetime, 10) * (lifetime.endsWith("h") ? 3_600_000 : 60_000);
