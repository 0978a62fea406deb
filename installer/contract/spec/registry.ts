import * as z from "zod";
import { SecretRef } from "./access.ts";
import { words } from "./words.ts";

/** A registry of the site's own that holds the bundle's images, pushed there beforehand. */
export const ExternalRegistry = z
  .strictObject({
    address: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$/)
      .meta(
        words("host or host:port of the registry, over HTTPS", "仓库的 主机 或 主机:端口，使用 HTTPS", [
          "registry.site-a.example:5000",
        ]),
      ),
    path: z
      .string()
      .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/)
      .optional()
      .meta(
        words(
          "What stands before the upstream name there, such as a project",
          "仓库中位于上游名称之前的路径，例如项目名",
          ["kubernetes"],
        ),
      ),
    ca: z
      .string()
      .regex(/^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/)
      .optional()
      .meta(
        words(
          "CA certificate that signed its certificate (PEM); by default those of the machine",
          "签发其证书的 CA 证书（PEM）；默认使用机器自身信任的 CA",
        ),
      ),
    user: z
      .string()
      .min(1)
      .regex(/^[^:\s]+$/)
      .optional()
      .meta(words("User that may pull", "有拉取权限的用户")),
    password: SecretRef.optional().meta(
      words("Password or token of that user", "该用户的密码或令牌", ["secret:site-a.registry"]),
    ),
  })
  .meta(
    words(
      "A registry that exists already and holds the bundle's images (`slipway registry push`)",
      "已有的仓库，其中已推送软件包的镜像（`slipway registry push`）",
    ),
  );
export type ExternalRegistry = Readonly<z.output<typeof ExternalRegistry>>;

/** The registries that machines pull from. Image names never change: mirror rules send every name there. */
export const RegistrySettings = z
  .strictObject({
    port: z
      .int()
      .min(1)
      .max(65535)
      .default(5000)
      .meta(
        words("HTTPS port of the registry on every control plane", "各控制平面上仓库的 HTTPS 端口", [5000]),
      ),
    external: ExternalRegistry.optional(),
  })
  .meta(
    words(
      "Where machines pull images from: a registry on every control plane, or an external one before those",
      "机器拉取镜像的来源：各控制平面上的仓库，或优先使用外部仓库",
    ),
  );
