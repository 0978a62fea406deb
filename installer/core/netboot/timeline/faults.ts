import { text, type Localized } from "../../contract.ts";

/** What is wrong, and what to do about it, in the operator's words. */
export interface FaultEntry {
  readonly title: Localized;
  readonly advice: Localized;
}

/** Every way a boot can stop that can be told from here. `{about}` is the file, address or step in question. */
export const bootFaults = {
  "no-signal": {
    title: text("the machine has not asked for an address", "机器尚未请求地址"),
    advice: text(
      "Is it switched on, is this port's cable in the right network, and does the boot order begin with the network (PXE or HTTP boot switched on)? Compare the hardware address with the one on the machine.",
      "请检查：机器是否已开机；网线是否接在正确的网络；启动顺序是否以网络启动为首（已启用 PXE 或 HTTP 启动）；MAC 地址是否与机器一致。",
    ),
  },
  "not-listed": {
    title: text(
      "the machine asks, but is in no spec: it gets no answer",
      "机器在请求地址，但不在任何规格中，因此不予应答",
    ),
    advice: text(
      "Add its hardware address to the spec, or switch discovery on.",
      "请将其 MAC 地址加入规格，或开启发现模式。",
    ),
  },
  "no-free-address": {
    title: text("there is no free address for the machine", "没有可分配给该机器的空闲地址"),
    advice: text(
      "Make the DHCP range larger, or shorten the lease; a reserved address may be in use by another device. Behind a relay, the relay's subnet needs a range of its own.",
      "请扩大 DHCP 地址范围或缩短租期；保留地址也可能被其他设备占用。若经过中继，中继所在子网需要有自己的地址范围。",
    ),
  },
  "address-in-use": {
    title: text("another device answers for {about}", "{about} 已有其他设备在使用"),
    advice: text(
      "Find the device with that address (`ip neigh`, the switch's table) or take the address out of the range. The machine gets another one by itself.",
      "请找到使用该地址的设备（`ip neigh` 或交换机 MAC 表），或将该地址移出范围。机器会自动获得另一个地址。",
    ),
  },
  "no-loader": {
    title: text("nothing here can run on this machine's firmware", "没有适用于该机器固件的引导程序"),
    advice: text(
      "Only 64-bit x86 (BIOS or UEFI) is supported. If the machine is one, set its firmware to 64-bit UEFI or to legacy BIOS mode.",
      "仅支持 64 位 x86（BIOS 或 UEFI）。如果机器符合，请将固件设为 64 位 UEFI 或传统 BIOS 模式。",
    ),
  },
  "other-server": {
    title: text(
      "the machine took the offer of another DHCP server, {about}",
      "机器采用了另一台 DHCP 服务器 {about} 的地址",
    ),
    advice: text(
      "Two DHCP servers answer on this network. Switch that one off, or use proxy mode.",
      "该网络中有两台 DHCP 服务器。请关闭那一台，或使用代理模式。",
    ),
  },
  "wrong-address": {
    title: text(
      "the machine insists on {about}, which is not its address here",
      "机器坚持使用 {about}，但该地址在此网络中不属于它",
    ),
    advice: text(
      "It was told so and should ask anew. If it does not: is the port in the right VLAN, and does the reservation match?",
      "已通知机器重新申请。如果没有变化，请检查端口 VLAN 是否正确、保留地址是否匹配。",
    ),
  },
  "offer-unheard": {
    title: text("offers are sent, but the machine does not take one", "已发出地址提供，但机器未响应"),
    advice: text(
      "Answers do not reach it: look for spanning tree without portfast on the switch port, a VLAN that is one way, or a filter for broadcasts. In proxy mode: the site's own DHCP server does not answer.",
      "应答没有到达机器：请检查交换机端口是否未启用 portfast（生成树）、VLAN 是否单向不通、是否过滤了广播。代理模式下：可能是现场 DHCP 服务器没有应答。",
    ),
  },
  "ack-missing": {
    title: text("the machine asked for its address and was not answered", "机器已请求地址，但没有得到确认"),
    advice: text(
      "The engine could not store the lease: look at its log and at the free space of its disk.",
      "引擎无法保存租约：请查看其日志和磁盘剩余空间。",
    ),
  },
  "loader-not-asked": {
    title: text(
      "the machine has an address but does not fetch its loader",
      "机器已获得地址，但没有下载引导程序",
    ),
    advice: text(
      "UDP port 69 (or TCP port 80 for HTTP boot) to this computer is blocked: look at this computer's firewall and at filters between the networks.",
      "到本机的 UDP 69 端口（HTTP 启动为 TCP 80 端口）被阻断：请检查本机防火墙以及网络之间的过滤规则。",
    ),
  },
  "loader-stalled": {
    title: text("the transfer of {about} stopped half way", "{about} 传输中途停止"),
    advice: text(
      "Packets are lost: check cable, duplex and MTU; a firewall that lets port 69 through but not the ports after it looks like this too.",
      "存在丢包：请检查网线、双工和 MTU；如果防火墙只放行 69 端口而不放行后续端口，也会出现此现象。",
    ),
  },
  "file-missing": {
    title: text("the machine asks for {about}, which does not exist here", "机器请求的 {about} 不存在"),
    advice: text(
      "If the name is not one of Slipway's, another DHCP server or an old setting of the firmware names it. Otherwise import the bundle again.",
      "如果该文件名不属于 Slipway，则它来自其他 DHCP 服务器或固件中的旧设置；否则请重新导入交付包。",
    ),
  },
  "file-forbidden": {
    title: text(
      "the machine uses an address of an earlier boot: {about}",
      "机器使用了之前引导的地址：{about}",
    ),
    advice: text(
      "Restart the machine, so that it fetches its script anew.",
      "请重启机器，使其重新获取脚本。",
    ),
  },
  "loader-refused": {
    title: text("the loader was delivered, and then nothing came", "引导程序已送达，但之后没有动静"),
    advice: text(
      "The firmware refused to run it. With Secure Boot on, the signed chain must be used; otherwise the firmware's mode (BIOS or UEFI) does not fit. The machine's screen says which.",
      "固件拒绝运行引导程序。若启用了安全启动，必须使用签名的引导链；否则可能是固件模式（BIOS 或 UEFI）不匹配。机器屏幕上会有提示。",
    ),
  },
  "script-not-asked": {
    title: text("the loader runs, but does not fetch its script", "引导程序已运行，但没有获取脚本"),
    advice: text(
      "TCP port 80 to this computer is blocked, or the loader's network driver does not work on this card: try another port or card.",
      "到本机的 TCP 80 端口被阻断，或引导程序的网卡驱动不支持该网卡：请更换端口或网卡。",
    ),
  },
  "kernel-not-asked": {
    title: text("the script was delivered, but the kernel is not fetched", "脚本已送达，但没有下载内核"),
    advice: text(
      "The loader stopped at the script: the machine's screen says at which line.",
      "引导程序停在脚本处：机器屏幕会显示停在哪一行。",
    ),
  },
  "download-stalled": {
    title: text("the download of {about} stopped half way", "{about} 下载中途停止"),
    advice: text(
      "The link went down or packets are lost: check cable, switch port and MTU. The machine tries again by itself.",
      "链路中断或丢包：请检查网线、交换机端口和 MTU。机器会自动重试。",
    ),
  },
  "kernel-silent": {
    title: text(
      "kernel and initrd were delivered, but the installer does not report",
      "内核和 initrd 已送达，但安装程序没有上报",
    ),
    advice: text(
      "Look at the machine's screen or serial console: a kernel panic, too little memory (2 GiB are needed), or a network card without a driver in the installer.",
      "请查看机器屏幕或串口：可能是内核崩溃、内存不足（需要 2 GiB），或安装程序缺少网卡驱动。",
    ),
  },
  "installer-failed": {
    title: text("the installer failed at {about}", "安装程序在 {about} 处失败"),
    advice: text(
      "Its log came with the failure. Mend the cause and restart the machine: the installation begins anew.",
      "失败时已附上日志。消除原因后重启机器，安装会重新开始。",
    ),
  },
  "installer-stalled": {
    title: text("the installer has reported nothing since {about}", "安装程序自 {about} 之后没有上报"),
    advice: text(
      "Is the machine still on and connected? A failing disk can take minutes for one write. Restart the machine to begin anew.",
      "机器是否仍然开机并连接？故障磁盘的一次写入可能需要数分钟。可重启机器重新开始。",
    ),
  },
  "boot-loop": {
    title: text(
      "the machine is installed, but boots from the network again and again",
      "机器已安装，但反复从网络启动",
    ),
    advice: text(
      "It was sent on to its disk and came back: put the disk first in the boot order, and check that the firmware's mode is the one it was installed in.",
      "已引导其从磁盘启动但又返回：请将磁盘放在启动顺序首位，并确认固件模式与安装时一致。",
    ),
  },
  "first-boot-silent": {
    title: text(
      "the machine was installed and restarted, but its system does not report",
      "机器已安装并重启，但系统没有上报",
    ),
    advice: text(
      "Look at the machine's screen: does it start from the disk? Then check the network settings of the spec (VLAN, bond, static address).",
      "请查看机器屏幕，确认是否从磁盘启动；然后检查规格中的网络设置（VLAN、bond、静态地址）。",
    ),
  },
  "ssh-silent": {
    title: text("the installed system runs, but SSH does not answer", "系统已运行，但 SSH 没有应答"),
    advice: text(
      "Check that this computer reaches the address of the spec: route, VLAN, a second device with the same address.",
      "请确认本机可以到达规格中的地址：路由、VLAN，以及是否有地址冲突的设备。",
    ),
  },
} as const satisfies Readonly<Record<string, FaultEntry>>;

/** Name of a fault; stable. */
export type BootFault = keyof typeof bootFaults;
