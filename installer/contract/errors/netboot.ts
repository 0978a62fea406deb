import { text } from "../text.ts";
import type { ErrorArea } from "./entry.ts";

/** Errors of the boot services: DHCP, TFTP, HTTP. Exit codes 100-109. */
export const netbootErrors = {
  NETBOOT_INTERFACE_UNKNOWN: {
    retry: "never",
    exit: 100,
    title: text(
      "there is no network interface {interface} with the address {address}",
      "没有地址为 {address} 的网卡 {interface}",
    ),
    hint: text(
      "Choose the interface that the machines' network is plugged into, and give it an address of that network. `ip address` lists what there is.",
      "请选择连接机器网络的网卡，并为其配置该网络的地址。可用 `ip address` 查看现有网卡。",
    ),
  },
  NETBOOT_NOT_PERMITTED: {
    retry: "never",
    exit: 101,
    title: text(
      "this program may not open port {port} on {interface}: {problem}",
      "本程序无权在 {interface} 上打开端口 {port}：{problem}",
    ),
    hint: text(
      "Boot services need the capabilities CAP_NET_BIND_SERVICE and CAP_NET_RAW, or root. Start the engine with them.",
      "引导服务需要 CAP_NET_BIND_SERVICE 和 CAP_NET_RAW 权限（或 root）。请以相应权限启动引擎。",
    ),
  },
  NETBOOT_PORT_TAKEN: {
    retry: "ask",
    exit: 102,
    title: text(
      "port {port} on {interface} is taken: {problem}",
      "{interface} 上的端口 {port} 已被占用：{problem}",
    ),
    hint: text(
      "Another DHCP, TFTP or web server runs on this computer (`ss -lnup`, `ss -lntp`). Stop it, or choose another interface.",
      "本机上正在运行其他 DHCP、TFTP 或 Web 服务（用 `ss -lnup`、`ss -lntp` 查看）。请停止它，或选择其他网卡。",
    ),
  },
  NETBOOT_OTHER_DHCP: {
    retry: "never",
    exit: 103,
    title: text(
      "another DHCP server answers on {interface}: {servers}",
      "{interface} 上已有其他 DHCP 服务器应答：{servers}",
    ),
    hint: text(
      "Nothing was started. Use proxy mode, which leaves addresses to that server, or switch that server off if it should not be there.",
      "没有启动任何服务。请使用代理模式（地址仍由该服务器分配）；如果该服务器不应存在，请先将其关闭。",
    ),
  },
  NETBOOT_SETTINGS: {
    retry: "never",
    exit: 104,
    title: text(
      "the settings of the DHCP server do not fit together: {problem}",
      "DHCP 服务器设置有误：{problem}",
    ),
    hint: text(
      "Ranges and reservations must lie in their subnet, and the server's own address in the first one.",
      "地址范围和保留地址必须位于其子网内，服务器自身地址必须位于第一个子网内。",
    ),
  },
  NETBOOT_SCRIPT_VALUE: {
    retry: "never",
    exit: 105,
    title: text(
      "{value} cannot be passed to a boot loader: it would be read as more than a plain word",
      "{value} 无法传给引导程序：它会被解释为不止一个普通单词",
    ),
    hint: text(
      "Kernel arguments may hold letters, digits and . _ : / = , @ % + - only.",
      "内核参数只能包含字母、数字以及 . _ : / = , @ % + - 这些字符。",
    ),
  },
} as const satisfies ErrorArea;
