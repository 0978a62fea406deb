import { message } from "./message.ts";

/** What the commands about blank machines say. */
export const metalMessages = {
  colMac: message("MAC", "MAC 地址"),
  colSerial: message("SERIAL", "序列号"),
  colVendor: message("VENDOR", "厂商"),
  colFirmware: message("FIRMWARE", "固件"),
  colDisks: message("DISKS", "磁盘"),
  colHop: message("HOP", "环节"),
  colClient: message("CLIENT", "客户端"),
  colAbout: message("ABOUT", "内容"),
  colBytes: message("BYTES", "字节"),
  colMs: message("MS", "毫秒"),
  colRule: message("RULE", "规则"),
  colMatch: message("MATCH", "匹配条件"),
  "found.found": message("found", "已发现"),
  "found.waited": message("waited for", "等待中"),
  "found.installing": message("installing", "安装中"),
  "found.installed": message("installed", "已安装"),
  "found.failed": message("failed", "失败"),
  netbootOff: message("boot services do not run", "引导服务未运行"),
  netbootOn: message(
    "boot services run on {interface} ({address}), mode {mode}, since {since}",
    "引导服务运行于 {interface}（{address}），模式 {mode}，自 {since}",
  ),
  netbootDiscovery: message("discovery: unknown machines are booted too", "发现模式：未知机器也会被引导"),
  netbootWaits: message("waits for {machine} of {cluster} ({mac})", "等待 {cluster} 的 {machine}（{mac}）"),
  netbootOther: message("another DHCP server: {address} ({mac})", "另一台 DHCP 服务器：{address}（{mac}）"),
  bootStopped: message("stopped at {hop}: {title}", "停在 {hop}：{title}"),
  duplicateMark: message(
    "{mac}: its {what} {value} is also that of {others}",
    "{mac}：其 {what} {value} 与 {others} 相同",
  ),
  agreedTo: message(
    "agreed: disk {serial} of {machine} may be overwritten",
    "已同意：可覆盖 {machine} 的磁盘 {serial}",
  ),
  restorePlanned: message(
    "{machine} puts disk {serial} back when it boots the installer next ({job})",
    "{machine} 下次引导安装程序时将恢复磁盘 {serial}（{job}）",
  ),
  noAddressKnown: message(
    "--address must be given: the machine has no address from here now",
    "必须给出 --address：该机器目前没有从本机获得地址",
  ),
  ruleNeeds: message("give --serial, --mac or --vendor", "请给出 --serial、--mac 或 --vendor"),
};
