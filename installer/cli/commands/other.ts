import { text } from "../../contract/text.ts";
import type { ArgumentSpec, NounSpec } from "../command.ts";
import { example } from "./common.ts";

const nameArgument: ArgumentSpec = {
  name: "<name>",
  text: text("name of the secret: a-z 0-9 . _ -", "名称：小写字母、数字、. _ -"),
  completes: "secret",
};

/** `slipway secret`: values come from standard input or a hidden prompt, never from arguments. */
export const secret: NounSpec = {
  name: "secret",
  summary: text("values that specs refer to by name", "规格中按名称引用的机密值"),
  verbs: [
    {
      name: "set",
      summary: text(
        "keep a value; it is read from standard input or a hidden prompt",
        "保存一个值；从标准输入或隐藏提示读取",
      ),
      arguments: [nameArgument],
      examples: [
        example(
          "slipway secret set site-a.key < ~/.ssh/id_ed25519",
          "a private key from a file",
          "从文件保存私钥",
        ),
        example("slipway secret set site-a.sudo", "a password, typed unseen", "输入密码，不回显"),
      ],
      load: async () => (await import("../actions/secret.ts")).set,
    },
    {
      name: "list",
      summary: text("list names; values are never shown", "列出名称；值永不显示"),
      examples: [example("slipway secret list", "names and times", "名称和时间")],
      load: async () => (await import("../actions/secret.ts")).list,
    },
    {
      name: "remove",
      summary: text("forget a value", "删除一个值"),
      arguments: [nameArgument],
      examples: [example("slipway secret remove site-a.sudo", "it cannot be brought back", "删除后无法恢复")],
      load: async () => (await import("../actions/secret.ts")).remove,
    },
  ],
};

/** `slipway preflight`: the catalogue of checks. */
export const preflight: NounSpec = {
  name: "preflight",
  summary: text("what is checked before anything is installed", "安装之前的检查项目"),
  verbs: [
    {
      name: "checks",
      summary: text("list all checks: what they are for and what to do", "列出全部检查项：目的与处理方法"),
      examples: [
        example(
          "slipway preflight checks",
          "ids to use in preflight.waive",
          "可在 preflight.waive 中使用的编号",
        ),
        example("slipway preflight checks --output yaml", "with reasons and remedies", "附带原因和处理方法"),
      ],
      load: async () => (await import("../actions/preflight.ts")).checks,
    },
  ],
};

/** `slipway spec`: to write and judge specs. */
export const spec: NounSpec = {
  name: "spec",
  summary: text("cluster specs as files", "集群规格文件"),
  verbs: [
    {
      name: "validate",
      summary: text(
        "show every problem of a file at once; nothing is started",
        "一次列出文件中的所有问题；不会开始任何操作",
      ),
      arguments: [
        {
          name: "<file>",
          text: text("path, or - for standard input", "路径，- 表示标准输入"),
          completes: "file",
        },
      ],
      examples: [
        example(
          "slipway spec validate site-a.yaml",
          "file, line, column, what is allowed",
          "文件、行、列、允许的内容",
        ),
        example(
          "slipway spec validate site-a.yaml --output yaml",
          "the spec with all defaults",
          "含全部默认值的规格",
        ),
      ],
      load: async () => (await import("../actions/spec.ts")).validate,
    },
    {
      name: "schema",
      summary: text("print the JSON schema, for editors", "输出 JSON schema，供编辑器使用"),
      examples: [
        example("slipway spec schema > cluster.schema.json", "for completion in an editor", "用于编辑器补全"),
      ],
      load: async () => (await import("../actions/spec.ts")).schema,
    },
  ],
};

/** `slipway completion`: scripts for shells. */
export const completion: NounSpec = {
  name: "completion",
  summary: text("completion for a shell", "shell 命令补全"),
  verbs: [
    {
      name: "completion",
      summary: text("print the completion script of a shell", "输出 shell 补全脚本"),
      arguments: [
        { name: "<shell>", text: text("which one", "shell 类型"), choices: ["bash", "zsh", "fish"] },
      ],
      examples: [
        example("source <(slipway completion bash)", "for this shell", "在当前 shell 中启用"),
        example("slipway completion fish > ~/.config/fish/completions/slipway.fish", "for good", "长期启用"),
      ],
      load: async () => (await import("../actions/completion.ts")).script,
    },
  ],
};

/** `slipway version`: of the program and its parts. */
export const version: NounSpec = {
  name: "version",
  summary: text("versions of this program and of the engine", "本程序与引擎的版本"),
  verbs: [
    {
      name: "version",
      summary: text(
        "show the versions of this program and of a running engine",
        "显示本程序及运行中引擎的版本",
      ),
      examples: [example("slipway version", "also says whether they fit", "同时说明两者是否匹配")],
      load: async () => (await import("../actions/engine.ts")).version,
    },
  ],
};
