import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of reaching a machine and working on it over SSH. Exit codes 20-29. */
export const sshErrors = {
  HOST_UNREACHABLE: {
    retry: "backoff",
    exit: 20,
    title: text("{endpoint} cannot be reached ({reason})", "无法连接 {endpoint}（{reason}）"),
    hint: text(
      "Check power, cabling, VLAN and address of the machine, and that sshd runs and no firewall is in the way.",
      "请检查机器的电源、网线、VLAN 和地址，并确认 sshd 已运行且未被防火墙拦截。",
    ),
  },
  SSH_HANDSHAKE_FAILED: {
    retry: "ask",
    exit: 20,
    title: text(
      "{endpoint} answers but no SSH session can be agreed on: {problem}",
      "{endpoint} 有响应，但无法协商 SSH 会话：{problem}",
    ),
    hint: text(
      "Check that the port belongs to sshd and that its ciphers and key exchanges are not limited to outdated ones.",
      "请确认该端口属于 sshd，且其加密算法和密钥交换算法未被限制为过时的种类。",
    ),
  },
  HOST_AUTH_FAILED: {
    retry: "ask",
    exit: 21,
    title: text(
      "{endpoint} refused the login of {user} (tried: {methods})",
      "{endpoint} 拒绝用户 {user} 登录（已尝试：{methods}）",
    ),
    hint: text(
      "Check the user name, and that this key is in the machine's authorized_keys or that the password is right.",
      "请检查用户名，并确认该密钥已写入机器的 authorized_keys，或密码正确。",
    ),
  },
  SSH_KEY_UNREADABLE: {
    retry: "never",
    exit: 21,
    title: text("the private key {key} cannot be used: {problem}", "私钥 {key} 无法使用：{problem}"),
    hint: text(
      "Give an OpenSSH or PEM private key, and its passphrase in ssh.passphrase if it has one.",
      "请提供 OpenSSH 或 PEM 格式的私钥；若私钥有口令，请在 ssh.passphrase 中给出。",
    ),
  },
  SSH_NO_CREDENTIALS: {
    retry: "never",
    exit: 21,
    title: text(
      "there is nothing to log in to {endpoint} with: no key, no agent, no password",
      "没有可用于登录 {endpoint} 的凭据：既无密钥、代理，也无密码",
    ),
    hint: text(
      "Set ssh.privateKey, ssh.agent or ssh.password in the spec.",
      "请在规格文件中设置 ssh.privateKey、ssh.agent 或 ssh.password。",
    ),
  },
  HOST_SHELL_REFUSED: {
    retry: "ask",
    exit: 21,
    title: text(
      "{endpoint} let {user} in but runs no command for that account",
      "{endpoint} 允许 {user} 登录，但该账号不能执行命令",
    ),
    hint: text(
      "Look at the detail: the password may have expired, or the account has no login shell or a forced command.",
      "请查看详情：可能是密码已过期，或账号没有登录 shell，或被限定了命令。",
    ),
  },
  HOST_KEY_CHANGED: {
    retry: "never",
    exit: 22,
    title: text(
      "{endpoint} shows host key {shown}, but {pinned} is the one on record",
      "{endpoint} 出示的主机密钥为 {shown}，与记录的 {pinned} 不符",
    ),
    hint: text(
      "Another machine may be answering. Compare with `ssh-keygen -lf` on the machine's own console; only if it was reinstalled, run `slipway machine trust`.",
      "可能是另一台机器在应答。请在该机器的控制台上用 `ssh-keygen -lf` 核对；确认系统确实重装过之后，再运行 `slipway machine trust`。",
    ),
  },
  HOST_KEY_UNKNOWN: {
    retry: "never",
    exit: 22,
    title: text(
      "{endpoint} shows host key {shown}, but the spec demands {pinned}",
      "{endpoint} 出示的主机密钥为 {shown}，而规格文件要求 {pinned}",
    ),
    hint: text(
      "Compare with `ssh-keygen -lf` on the machine's own console, then correct ssh.hostKey in the spec or find out who answers there.",
      "请在该机器的控制台上用 `ssh-keygen -lf` 核对，然后更正规格文件中的 ssh.hostKey，或查明是谁在应答。",
    ),
  },
  SUDO_REFUSED: {
    retry: "ask",
    exit: 23,
    title: text("{user} may not use sudo on {endpoint}", "{user} 在 {endpoint} 上无权使用 sudo"),
    hint: text(
      "Add the user to sudoers on the machine, or log in as one who is.",
      "请在机器上把该用户加入 sudoers，或改用有权限的用户登录。",
    ),
  },
  SUDO_PASSWORD_WRONG: {
    retry: "ask",
    exit: 23,
    title: text(
      "sudo on {endpoint} did not accept the password of {user}",
      "{endpoint} 上的 sudo 不接受 {user} 的密码",
    ),
    hint: text(
      "Correct ssh.sudoPassword (or ssh.password when it is not set).",
      "请更正 ssh.sudoPassword（未设置时使用 ssh.password）。",
    ),
  },
  SUDO_PASSWORD_NEEDED: {
    retry: "never",
    exit: 23,
    title: text(
      "sudo on {endpoint} asks {user} for a password and none was given",
      "{endpoint} 上的 sudo 要求 {user} 输入密码，但未提供密码",
    ),
    hint: text(
      "Set ssh.sudo to password and give ssh.sudoPassword, or grant NOPASSWD on the machine.",
      "请将 ssh.sudo 设为 password 并提供 ssh.sudoPassword，或在机器上授予 NOPASSWD。",
    ),
  },
  SUDO_NEEDS_TTY: {
    retry: "never",
    exit: 23,
    title: text(
      "sudo on {endpoint} demands a terminal from {user}",
      "{endpoint} 上的 sudo 要求 {user} 使用终端",
    ),
    hint: text(
      "Take `Defaults requiretty` out of sudoers for this user.",
      "请在 sudoers 中为该用户去掉 `Defaults requiretty`。",
    ),
  },
  SUDO_MISSING: {
    retry: "never",
    exit: 23,
    title: text("sudo is not installed on {endpoint}", "{endpoint} 未安装 sudo"),
    hint: text(
      "Install sudo on the machine, or log in as root with ssh.sudo none.",
      "请在机器上安装 sudo，或以 root 登录并将 ssh.sudo 设为 none。",
    ),
  },
  NOT_ROOT: {
    retry: "never",
    exit: 23,
    title: text(
      "{user} is not root on {endpoint} and ssh.sudo is none",
      "{user} 在 {endpoint} 上不是 root，且 ssh.sudo 为 none",
    ),
    hint: text(
      "Set ssh.sudo to passwordless or password, or log in as root.",
      "请将 ssh.sudo 设为 passwordless 或 password，或以 root 登录。",
    ),
  },
  COMMAND_FAILED: {
    retry: "ask",
    exit: 24,
    title: text("`{command}` ended with code {code}", "命令 `{command}` 的退出码为 {code}"),
    hint: text("The detail holds what the command printed.", "详情中有该命令的完整输出。"),
  },
  COMMAND_TOO_LONG: {
    retry: "never",
    exit: 24,
    title: text(
      "`{command}` is {bytes} bytes long; a command line may have {limit}",
      "命令 `{command}` 长 {bytes} 字节，命令行上限为 {limit} 字节",
    ),
    hint: text(
      "This is a bug: large data belongs on standard input. Make a support bundle and report it.",
      "这是程序缺陷：大块数据应通过标准输入传递。请生成支持包并反馈。",
    ),
  },
  CONNECTION_LOST: {
    retry: "backoff",
    exit: 25,
    title: text("the connection to {endpoint} was lost ({reason})", "与 {endpoint} 的连接中断（{reason}）"),
    hint: text(
      "The machine may have lost power, hung or been cut off. Work goes on where it stopped once it is back.",
      "机器可能已断电、挂起或断网。恢复后会从中断处继续。",
    ),
  },
  HOST_SESSION_REFUSED: {
    retry: "backoff",
    exit: 25,
    title: text("{endpoint} opens no further session: {problem}", "{endpoint} 不再接受新会话：{problem}"),
    hint: text(
      "Check MaxSessions in sshd_config, process limits and memory of the machine.",
      "请检查 sshd_config 中的 MaxSessions，以及机器的进程数限制和内存。",
    ),
  },
  REMOTE_DISK_FULL: {
    retry: "ask",
    exit: 26,
    title: text("no space left for {path} on {endpoint}", "{endpoint} 上已无空间写入 {path}"),
    hint: text(
      "Free space (or raise the quota) on that file system and retry; what was already sent is kept.",
      "请清理该文件系统的空间（或提高配额）后重试；已传输的部分会保留。",
    ),
  },
  REMOTE_FILE_FAILED: {
    retry: "ask",
    exit: 27,
    title: text("{path} on {endpoint}: {problem}", "{endpoint} 上的 {path}：{problem}"),
    hint: text(
      "Check that the folder exists, is writable and its file system is not mounted read only.",
      "请确认目录存在且可写，文件系统未以只读方式挂载。",
    ),
  },
  REMOTE_FILE_TOO_LARGE: {
    retry: "never",
    exit: 27,
    title: text(
      "{path} on {endpoint} is larger than {limit} bytes",
      "{endpoint} 上的 {path} 超过 {limit} 字节",
    ),
    hint: text(
      "Only small text files are read whole. Look at what has grown there.",
      "只有较小的文本文件才会整体读取。请检查该文件为何变大。",
    ),
  },
  UPLOAD_BAD_DIGEST: {
    retry: "backoff",
    exit: 28,
    title: text(
      "{path} arrived on {endpoint} as sha256 {found} instead of {wanted}",
      "{path} 传到 {endpoint} 后的 sha256 为 {found}，应为 {wanted}",
    ),
    hint: text(
      "It was removed and is sent again. If this repeats, suspect memory or disk of that machine.",
      "已删除并将重新传输。若反复出现，请检查该机器的内存或磁盘。",
    ),
  },
  UPLOAD_SOURCE_WRONG: {
    retry: "never",
    exit: 29,
    title: text("{file} cannot be sent: {problem}", "无法发送 {file}：{problem}"),
    hint: text(
      "Import or copy the file on the appliance again, and verify its digest.",
      "请在本机重新导入或复制该文件，并校验其摘要。",
    ),
  },
} as const satisfies ErrorArea;
