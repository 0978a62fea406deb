import * as z from "zod";
import { words } from "./words.ts";

/** What the API server writes down about requests, and for how long. */
export const AuditSettings = z
  .strictObject({
    policy: z
      .string()
      .min(1)
      .max(200_000)
      .optional()
      .meta(
        words(
          "Audit policy of your own (audit.k8s.io/v1) as YAML text; by default changes with who and what, secrets by metadata only",
          "自定义审计策略（audit.k8s.io/v1），YAML 文本；默认记录变更的操作者和内容，机密仅记录元数据",
          ["apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n"],
        ),
      ),
    days: z.int().min(1).max(3650).default(30).meta(words("Days that old files are kept", "旧文件保留天数")),
    files: z.int().min(1).max(1000).default(10).meta(words("Old files that are kept", "旧文件保留个数")),
    megabytes: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .meta(words("Size at which a new file is begun", "达到该大小（MB）后另起新文件")),
  })
  .meta(
    words(
      "Audit log of the API server, in /var/log/kubernetes/audit",
      "API 服务的审计日志，位于 /var/log/kubernetes/audit",
    ),
  );

/** Encryption of what is at rest in etcd. */
export const EncryptionSettings = z
  .strictObject({
    secrets: z
      .boolean()
      .default(true)
      .meta(
        words(
          "Secrets are encrypted before etcd sees them. When switched off, what is encrypted stays readable",
          "Secret 在写入 etcd 之前加密。关闭后，已加密的内容仍可读取",
        ),
      ),
  })
  .meta(words("Encryption at rest", "静态加密"));
