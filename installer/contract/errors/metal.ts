import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of making members of a cluster out of blank machines. Exit codes 120-125 and 170-175. */
export const metalErrors = {
  METAL_NO_INTERFACE: {
    retry: "never",
    exit: 120,
    title: text(
      "no interface of this computer is in the network of {address}",
      "本机没有与 {address} 同一网络的网卡",
    ),
    hint: text(
      "Give an interface an address of the machines' network, or name one in the spec (netboot.interface). `ip address` lists what there is.",
      "请为某个网卡配置机器网络中的地址，或在规格中指定 netboot.interface。可用 `ip address` 查看。",
    ),
  },
  METAL_NO_IMAGE: {
    retry: "never",
    exit: 121,
    title: text("the bundle holds no {file} to install machines from", "交付包中没有安装机器所需的 {file}"),
    hint: text(
      "Import a bundle that was built with the node OS, or take the metal section of the machine out of the spec.",
      "请导入包含节点操作系统的交付包，或从规格中去掉该机器的 metal 部分。",
    ),
  },
  METAL_NO_KEY: {
    retry: "never",
    exit: 122,
    title: text(
      "there is no key to log in to {machine} with once it is installed: {problem}",
      "没有可用于登录 {machine} 的密钥：{problem}",
    ),
    hint: text(
      "Name a private key in the spec (ssh.privateKey); its public half is put onto the machine. Installed machines take no passwords.",
      "请在规格中指定私钥（ssh.privateKey），其公钥会写入机器。安装后的系统不接受密码登录。",
    ),
  },
  METAL_DUPLICATE: {
    retry: "ask",
    exit: 123,
    title: text(
      "{machine} cannot be told from another machine: {what} {value} is also that of {others}",
      "无法区分 {machine} 与其他机器：{what} {value} 与 {others} 相同",
    ),
    hint: text(
      "Nothing was written. Name the machine by mac in the spec; boards that were never given a serial number often share one.",
      "未写入任何内容。请在规格中用 mac 指定该机器；未烧录序列号的主板常有相同的序列号。",
    ),
  },
  METAL_NOT_SEEN: {
    retry: "never",
    exit: 124,
    title: text("no machine {machine} has shown up", "没有发现机器 {machine}"),
    hint: text(
      "`slipway machine discovered` lists what was seen. Switch the machine on with discovery running (`slipway netboot start --discovery`).",
      "`slipway machine discovered` 可列出已发现的机器。请在发现模式下（`slipway netboot start --discovery`）给机器开机。",
    ),
  },
  METAL_WRONG_SERIAL: {
    retry: "never",
    exit: 125,
    title: text(
      "{machine} has no disk with the serial number {serial}",
      "{machine} 上没有序列号为 {serial} 的磁盘",
    ),
    hint: text(
      "Nothing was agreed to. Type the serial number as `slipway machine discovered` prints it.",
      "没有记录任何同意。请按 `slipway machine discovered` 显示的序列号输入。",
    ),
  },
  METAL_PORT_TAKEN: {
    retry: "ask",
    exit: 170,
    title: text(
      "the server for installers cannot listen on {address}:{port}: {problem}",
      "安装服务无法监听 {address}:{port}：{problem}",
    ),
    hint: text(
      "Another program has that port (`ss -lntp`); stop it, or set SLIPWAY_METAL_PORT.",
      "该端口被其他程序占用（`ss -lntp`）；请停止该程序，或设置 SLIPWAY_METAL_PORT。",
    ),
  },
  METAL_NOTHING_SAVED: {
    retry: "never",
    exit: 171,
    title: text("nothing was saved of a disk of {machine}", "没有保存过 {machine} 的磁盘内容"),
    hint: text(
      "Only a disk that held other data, and was overwritten with consent, has its beginning and end saved.",
      "只有存有其他数据、并经同意后覆盖的磁盘，才会保存其首尾内容。",
    ),
  },
} as const satisfies ErrorArea;
