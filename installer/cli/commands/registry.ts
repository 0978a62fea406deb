import { text } from "../../contract/text.ts";
import type { NounSpec } from "../command.ts";
import { example } from "./common.ts";

/** `slipway registry`: where machines get their images. */
export const registry: NounSpec = {
  name: "registry",
  summary: text("the registry of this appliance", "本机的镜像仓库"),
  verbs: [
    {
      name: "status",
      summary: text("show whether it runs, where, and what it serves", "显示是否运行、地址以及提供的内容"),
      examples: [
        example("slipway registry status", "address, certificate, images", "地址、证书、镜像"),
        example("slipway registry status --output json", "for a program", "供程序使用"),
      ],
      load: async () => (await import("../actions/registry.ts")).status,
    },
    {
      name: "ca",
      summary: text("print the certificate that its clients must trust", "输出客户端需要信任的证书"),
      examples: [
        example(
          "slipway registry ca > site-ca.crt",
          "for clients that Slipway does not set up",
          "供非 Slipway 安装的客户端使用",
        ),
      ],
      load: async () => (await import("../actions/registry.ts")).authority,
    },
  ],
};
