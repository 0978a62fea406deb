import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of the console, its accounts and its audit log. Exit codes 160-165. */
export const consoleErrors = {
  SIGN_IN_NEEDED: {
    retry: "never",
    exit: 160,
    title: text("{call} needs somebody who is signed in", "{call} 需要先登录"),
    hint: text(
      "Sign in again: a session ends when it is idle for long, after a day, or when somebody ends it. Programs send `Authorization: Bearer TOKEN`.",
      "请重新登录：长时间空闲、超过最长时限或被他人结束后，会话即失效。程序请发送 `Authorization: Bearer TOKEN`。",
    ),
  },
  LOGIN_REFUSED: {
    retry: "never",
    exit: 160,
    title: text("user name, password or code is wrong", "用户名、密码或验证码错误"),
    hint: text(
      "Try again. If the password is lost, an administrator makes a link with `slipway user reset-password NAME`.",
      "请重试。若忘记密码，请管理员运行 `slipway user reset-password NAME` 生成重设链接。",
    ),
  },
  LOGIN_CODE_NEEDED: {
    retry: "never",
    exit: 160,
    title: text("a one-time code is needed too", "还需要输入一次性验证码"),
    hint: text(
      "Type the six digits that the authenticator app shows now, or one of the recovery codes.",
      "请输入验证器应用当前显示的六位数字，或使用一个恢复码。",
    ),
  },
  LOGIN_LOCKED: {
    retry: "never",
    exit: 160,
    title: text("too many wrong attempts; locked for {seconds} s", "错误次数过多，锁定 {seconds} 秒"),
    hint: text(
      "Wait, or let an administrator run `slipway user unlock NAME` on the appliance.",
      "请稍候，或请管理员在管理机上运行 `slipway user unlock NAME`。",
    ),
  },
  PASSWORD_SHORT: {
    retry: "never",
    exit: 161,
    title: text("the password has fewer than {minimum} characters", "密码少于 {minimum} 个字符"),
    hint: text("Take some words that do not belong together.", "可以使用几个互不相关的词组成密码。"),
  },
  PASSWORD_COMMON: {
    retry: "never",
    exit: 161,
    title: text("the password is one that is tried first", "该密码过于常见，极易被猜中"),
    hint: text("Choose one that is not in any list.", "请选择不在常见密码列表中的密码。"),
  },
  PASSWORD_LIKE_NAME: {
    retry: "never",
    exit: 161,
    title: text("the password contains the user name", "密码中包含用户名"),
    hint: text("Choose one without it.", "请选择不含用户名的密码。"),
  },
  PASSWORD_WRONG: {
    retry: "never",
    exit: 161,
    title: text("the current password is wrong", "当前密码错误"),
    hint: text("Type the password that was used to sign in.", "请输入登录时使用的密码。"),
  },
  TOTP_WRONG: {
    retry: "never",
    exit: 161,
    title: text("the one-time code is wrong, or was used before", "验证码错误或已被使用"),
    hint: text(
      "Wait for the next code; check that the clocks of appliance and telephone agree.",
      "请等待下一个验证码；并确认管理机与手机的时钟一致。",
    ),
  },
  ENROLMENT_INVALID: {
    retry: "never",
    exit: 161,
    title: text("the link is unknown, was used or has expired", "链接无效、已被使用或已过期"),
    hint: text(
      "`slipway console enrol` on the appliance makes a new one, valid for 15 minutes.",
      "请在管理机上运行 `slipway console enrol` 生成新链接，有效期 15 分钟。",
    ),
  },
  PERMISSION_DENIED: {
    retry: "never",
    exit: 162,
    title: text(
      "{user} may not call {call}; it needs: {needed}",
      "{user} 无权调用 {call}；所需权限：{needed}",
    ),
    hint: text(
      "docs/permissions.md lists who may do what; an administrator gives roles with `slipway user role`.",
      "docs/permissions.md 列出了各项权限；管理员可用 `slipway user role` 授予角色。",
    ),
  },
  TOKEN_SCOPE: {
    retry: "never",
    exit: 162,
    title: text("the token {token} is not made for {call}", "令牌 {token} 的范围不包括 {call}"),
    hint: text(
      "Make one with that scope: `slipway token create`.",
      "请创建包含该范围的令牌：`slipway token create`。",
    ),
  },
  GRANTS_EXCEEDED: {
    retry: "never",
    exit: 162,
    title: text("nobody can give more than they have themselves", "不能授予超出自身权限的权限"),
    hint: text("Ask for a role that is within your own.", "请选择不超过自身角色的权限。"),
  },
  USER_UNKNOWN: {
    retry: "never",
    exit: 163,
    title: text("there is no user {user}", "没有用户 {user}"),
    hint: text("`slipway user list` shows all of them.", "用 `slipway user list` 查看全部用户。"),
  },
  USER_EXISTS: {
    retry: "never",
    exit: 163,
    title: text("there is a user {user} already", "用户 {user} 已存在"),
    hint: text(
      "Choose another name, or make a link with `slipway user reset-password {user}`.",
      "请换用其他名称，或运行 `slipway user reset-password {user}` 生成链接。",
    ),
  },
  USER_NAME_NEEDED: {
    retry: "never",
    exit: 163,
    title: text("the link names nobody, so a user name must be chosen", "该链接未指定用户，需要填写用户名"),
    hint: text(
      "Choose a name of a-z 0-9 . _ - that begins with a letter.",
      "请使用小写字母、数字及 . _ -，并以字母开头。",
    ),
  },
  LAST_ADMINISTRATOR: {
    retry: "never",
    exit: 163,
    title: text("{user} is the last administrator", "{user} 是最后一个管理员"),
    hint: text("Make another administrator first.", "请先添加另一名管理员。"),
  },
  SESSION_UNKNOWN: {
    retry: "never",
    exit: 163,
    title: text("there is no such session", "没有该会话"),
    hint: text("It may have ended by itself; look at the list again.", "它可能已自行结束，请重新查看列表。"),
  },
  TOKEN_UNKNOWN: {
    retry: "never",
    exit: 163,
    title: text("there is no token {token}", "没有令牌 {token}"),
    hint: text("`slipway token list` shows them.", "用 `slipway token list` 查看。"),
  },
  TOKEN_REFUSED: {
    retry: "never",
    exit: 163,
    title: text("the token is unknown, revoked or has expired", "令牌无效、已吊销或已过期"),
    hint: text("Make a new one with `slipway token create`.", "请用 `slipway token create` 创建新令牌。"),
  },
  ORIGIN_REFUSED: {
    retry: "never",
    exit: 162,
    title: text(
      "the call comes from a page of another site ({origin})",
      "请求来自其他站点的页面（{origin}）",
    ),
    hint: text(
      "Open the console under one of the addresses that `slipway console` prints.",
      "请使用 `slipway console` 显示的地址打开控制台。",
    ),
  },
  HOST_REFUSED: {
    retry: "never",
    exit: 162,
    title: text("this console is not called {host}", "本控制台的名称不是 {host}"),
    hint: text(
      "Open it under one of the addresses that `slipway console` prints, or start the engine with --console-name {host}.",
      "请使用 `slipway console` 显示的地址打开，或用 --console-name {host} 启动引擎。",
    ),
  },
  RATE_LIMITED: {
    retry: "backoff",
    exit: 162,
    title: text("too many calls; wait {seconds} s", "请求过于频繁，请等待 {seconds} 秒"),
    hint: text(
      "Call less often, or follow a feed instead of asking again and again.",
      "请降低调用频率，或改用订阅代替轮询。",
    ),
  },
  AUDIT_UNWRITABLE: {
    retry: "backoff",
    exit: 164,
    title: text("the audit log {file} cannot be written: {problem}", "无法写入审计日志 {file}：{problem}"),
    hint: text(
      "Nothing is changed without an audit entry. Free space on that disk, then try again.",
      "没有审计记录就不会执行任何变更。请释放该磁盘的空间后重试。",
    ),
  },
  AUDIT_DAMAGED: {
    retry: "never",
    exit: 164,
    title: text(
      "the audit log is not whole: {count} findings, the first at entry {seq} ({fault})",
      "审计日志不完整：{count} 处问题，首处在第 {seq} 条（{fault}）",
    ),
    hint: text(
      "Keep the data folder as it is, and compare it with an exported copy: `slipway audit verify --file EXPORT`.",
      "请保留数据目录原状，并与已导出的副本比对：`slipway audit verify --file EXPORT`。",
    ),
  },
  STORE_UNUSABLE: {
    retry: "never",
    exit: 164,
    title: text("{file} cannot be used: {problem}", "无法使用 {file}：{problem}"),
    hint: text(
      "Bring the file back from a backup, or move it aside and start again with none.",
      "请从备份恢复该文件，或将其移开后重新开始。",
    ),
  },
  CONSOLE_LISTEN_FAILED: {
    retry: "never",
    exit: 165,
    title: text("the console cannot listen on {listen}: {problem}", "控制台无法监听 {listen}：{problem}"),
    hint: text(
      "Choose an address of this computer and a free port: --listen 0.0.0.0:8443.",
      "请选择本机地址和空闲端口：--listen 0.0.0.0:8443。",
    ),
  },
  CONSOLE_OFF: {
    retry: "never",
    exit: 165,
    title: text("the engine on {data} serves no console", "{data} 上的引擎未提供控制台"),
    hint: text(
      "Start one with `slipway engine run --listen 0.0.0.0:8443`.",
      "请用 `slipway engine run --listen 0.0.0.0:8443` 启动。",
    ),
  },
} as const satisfies ErrorArea;
