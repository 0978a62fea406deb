import { text } from "../../contract/text.ts";
import type { NounSpec } from "../command.ts";
import { bundleArgument } from "./bundle-options.ts";
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
      name: "push",
      summary: text("push a bundle's images into another registry", "把交付包的镜像推送到其他镜像仓库"),
      arguments: [
        bundleArgument,
        {
          name: "<registry>",
          text: text("its address, such as https://harbor.example", "仓库地址，例如 https://harbor.example"),
        },
      ],
      options: [
        {
          flags: "--prefix <path>",
          text: text("put before every name, such as a project", "加在每个名称之前，例如项目名"),
        },
        { flags: "--user <name>", text: text("account to push with", "推送所用账号") },
        {
          flags: "--password-file <path>",
          text: text("file with its password (asked for without it)", "含密码的文件（不给则询问）"),
          completes: "file",
        },
        {
          flags: "--ca <file>",
          text: text("authority of its certificate (the system's)", "其证书的签发机构（默认系统自带）"),
          completes: "file",
        },
        { flags: "--parallel <count>", text: text("transfers at once (4)", "同时传输数（默认 4）") },
        {
          flags: "--continue-on-error",
          text: text("push the others when one fails", "某个失败时继续推送其余镜像"),
        },
      ],
      examples: [
        example(
          "slipway registry push slipway:1.37 https://harbor.example --prefix k8s --user robot",
          "run it again after a failure: only what is missing is sent",
          "失败后再次运行，只补传缺少的部分",
        ),
      ],
      load: async () => (await import("../actions/registry-push.ts")).push,
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
