import { Role } from "../../contract/accounts.ts";
import { text } from "../../contract/text.ts";
import type { ArgumentSpec, NounSpec, OptionSpec } from "../command.ts";
import { example } from "./common.ts";

const userArgument: ArgumentSpec = { name: "<user>", text: text("name of the account", "账号名称") };

const grantOptions: readonly OptionSpec[] = [
  {
    flags: "--role <role>",
    text: text("role for the whole site", "整个站点的角色"),
    choices: [...Role.options, "none"],
  },
  {
    flags: "--cluster-role <list>",
    text: text("roles for single clusters: NAME=ROLE,...", "单个集群的角色：名称=角色,…"),
  },
];

/** `slipway console`: where it is, and links for those who shall use it. */
export const webConsole: NounSpec = {
  name: "console",
  summary: text("the web console", "网页控制台"),
  verbs: [
    {
      name: "open",
      isDefault: true,
      summary: text(
        "print the address of the console, and open it on a desktop",
        "显示控制台地址，并在桌面环境中打开",
      ),
      options: [{ flags: "--print", text: text("print only", "只显示，不打开") }],
      examples: [
        example("slipway console", "compare the fingerprint the first time", "首次打开时请核对指纹"),
        example("slipway console open --print", "open nothing", "不打开浏览器"),
      ],
      load: async () => (await import("../actions/console.ts")).openConsole,
    },
    {
      name: "enrol",
      summary: text(
        "make a link that makes an account; it is valid for 15 minutes and works once",
        "生成创建账号的链接，15 分钟内有效，仅可使用一次",
      ),
      arguments: [
        {
          name: "[user]",
          text: text("name of the account; chosen by the person without it", "账号名称；省略时由本人选择"),
        },
      ],
      options: grantOptions,
      examples: [
        example("slipway console enrol", "the first administrator", "首个管理员"),
        example("slipway console enrol alice --role operator", "a named user with a role", "指定用户和角色"),
        example(
          "slipway console enrol bob --cluster-role site-a=operator",
          "for one cluster alone",
          "只限一个集群",
        ),
      ],
      load: async () => (await import("../actions/console.ts")).enrol,
    },
  ],
};

/** `slipway user`: accounts of the console. */
export const user: NounSpec = {
  name: "user",
  summary: text("accounts of the console", "控制台账号"),
  verbs: [
    {
      name: "list",
      summary: text("list accounts with their roles", "列出账号及其角色"),
      examples: [example("slipway user list", "who may do what", "查看各账号的权限")],
      load: async () => (await import("../actions/user.ts")).list,
    },
    {
      name: "add",
      summary: text("make an account; its link sets the password", "创建账号；由链接设置密码"),
      arguments: [userArgument],
      options: grantOptions,
      examples: [
        example("slipway user add alice --role viewer", "may look at everything", "可查看全部内容"),
        example("slipway user add bob --cluster-role site-a=operator", "may work on site-a", "可操作 site-a"),
      ],
      load: async () => (await import("../actions/console.ts")).enrol,
    },
    {
      name: "remove",
      summary: text("remove an account, its sessions and tokens", "删除账号及其会话和令牌"),
      arguments: [userArgument],
      examples: [example("slipway user remove alice", "at once", "立即生效")],
      load: async () => (await import("../actions/user.ts")).remove,
    },
    {
      name: "role",
      summary: text("give other roles; they count at once", "更改角色；立即生效"),
      arguments: [userArgument],
      options: grantOptions,
      examples: [
        example("slipway user role alice --role operator", "for the whole site", "整个站点"),
        example(
          "slipway user role bob --role none --cluster-role site-a=viewer,site-b=operator",
          "for two clusters alone",
          "只限两个集群",
        ),
      ],
      load: async () => (await import("../actions/user.ts")).role,
    },
    {
      name: "reset-password",
      summary: text(
        "make a link for a new password; sessions, tokens and one-time codes end now",
        "生成重设密码的链接；会话、令牌和动态口令立即失效",
      ),
      arguments: [userArgument],
      examples: [
        example("slipway user reset-password alice", "when it is lost or known", "密码遗失或泄露时使用"),
      ],
      load: async () => (await import("../actions/user.ts")).resetPassword,
    },
    {
      name: "unlock",
      summary: text("let a locked account sign in again", "解除账号锁定"),
      arguments: [userArgument],
      examples: [example("slipway user unlock alice", "after too many typos", "输错次数过多后使用")],
      load: async () => (await import("../actions/user.ts")).unlock,
    },
  ],
};

/** `slipway token`: tokens of programs. */
export const token: NounSpec = {
  name: "token",
  summary: text("tokens for programs that call /api", "供程序调用 /api 的令牌"),
  verbs: [
    {
      name: "list",
      summary: text("list all tokens; values are never shown", "列出全部令牌；值永不显示"),
      examples: [
        example("slipway token list", "who made them, and when they were used", "创建者与最近使用时间"),
      ],
      load: async () => (await import("../actions/token.ts")).list,
    },
    {
      name: "create",
      summary: text("make a token; it is shown once", "创建令牌；仅显示一次"),
      arguments: [{ name: "<name>", text: text("what it is for", "用途") }],
      options: [
        ...grantOptions,
        {
          flags: "--scope <list>",
          text: text(
            "only these calls: machines.*,operations.get",
            "只限这些调用：machines.*,operations.get",
          ),
        },
        { flags: "--days <count>", text: text("how long it is valid (90)", "有效天数（默认 90）") },
      ],
      examples: [
        example("slipway token create monitoring --role viewer", "may look at everything", "可查看全部内容"),
        example(
          "slipway token create nightly --role operator --scope 'operations.*' --days 30",
          "only operations, for a month",
          "只限操作，有效一个月",
        ),
      ],
      load: async () => (await import("../actions/token.ts")).create,
    },
    {
      name: "revoke",
      summary: text("refuse a token from now on", "吊销令牌"),
      arguments: [{ name: "<token>", text: text("its identifier", "令牌编号") }],
      examples: [example("slipway token revoke 4a95fn9ys7", "at once", "立即生效")],
      load: async () => (await import("../actions/token.ts")).revoke,
    },
  ],
};

/** `slipway audit`: who did what. */
export const audit: NounSpec = {
  name: "audit",
  summary: text("who did what, when and from where", "审计：何人于何时何地做了什么"),
  verbs: [
    {
      name: "list",
      summary: text("list actions, newest first", "列出动作，最新的在前"),
      options: [
        { flags: "--text <words>", text: text("with these words in them", "包含这些文字") },
        { flags: "--user <name>", text: text("of this user", "该用户的动作") },
        {
          flags: "--object <name>",
          text: text("about this cluster, user or operation", "涉及该集群、用户或操作"),
        },
        {
          flags: "--outcome <outcome>",
          text: text("only these", "只列出该结果"),
          choices: ["succeeded", "failed", "refused", "cancelled", "unknown"],
        },
        {
          flags: "--since <time>",
          text: text("2026-12-31 or 2026-12-31T08:00", "2026-12-31 或 2026-12-31T08:00"),
        },
        { flags: "--until <time>", text: text("as above", "格式同上") },
        { flags: "--limit <count>", text: text("at most so many (50)", "最多列出多少条（默认 50）") },
      ],
      examples: [
        example("slipway audit list --outcome refused", "who was turned away", "被拒绝的请求"),
        example("slipway audit list --user alice --since 2026-11-01", "of one person", "某个人的动作"),
      ],
      load: async () => (await import("../actions/audit.ts")).list,
    },
    {
      name: "export",
      summary: text("write every entry with its hashes into a file", "将全部记录及其哈希写入文件"),
      arguments: [{ name: "<file>", text: text("file to write", "要写出的文件"), completes: "file" }],
      options: [
        {
          flags: "--format <format>",
          text: text("json or csv (json)", "json 或 csv（默认 json）"),
          choices: ["json", "csv"],
        },
      ],
      examples: [
        example("slipway audit export audit.json", "keep it elsewhere", "请另行保存"),
        example("slipway audit export audit.csv --format csv", "for a spreadsheet", "供电子表格使用"),
      ],
      load: async () => (await import("../actions/audit.ts")).exportLog,
    },
    {
      name: "verify",
      summary: text("find edits, deletions, forgeries and truncation", "检查篡改、删除、伪造和截断"),
      options: [
        {
          flags: "--file <export>",
          text: text("also compare with an earlier export", "同时与早先导出的文件比对"),
          completes: "file",
        },
      ],
      examples: [
        example("slipway audit verify", "ends with an error when something is wrong", "发现问题时以错误结束"),
        example(
          "slipway audit verify --file audit.json",
          "nothing exported has changed since",
          "导出过的内容未被改动",
        ),
      ],
      load: async () => (await import("../actions/audit.ts")).verify,
    },
  ],
};
