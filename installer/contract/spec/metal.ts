import * as z from "zod";
import { DiskSelector } from "../metal/disk.ts";
import { words } from "./words.ts";

const ipv4 = z.ipv4();

/** A hardware address, lower case with colons. */
export const MacAddress = z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);

/** Network of the installed system, on the card that the machine booted from unless a bond names others. */
export const MetalNetwork = z
  .strictObject({
    dhcp: z
      .boolean()
      .default(false)
      .meta(
        words(
          "Ask a DHCP server for the address at every start, which must always give the one of the spec; else the address is fixed",
          "每次启动通过 DHCP 获取地址，DHCP 服务器必须始终分配规格中的地址；否则使用固定地址",
        ),
      ),
    prefix: z
      .int()
      .min(8)
      .max(30)
      .optional()
      .meta(
        words(
          "Prefix length of the machine's subnet; by default that of the appliance's interface",
          "机器所在子网的前缀长度；默认与本设备网卡一致",
          [24],
        ),
      ),
    gateway: ipv4.optional().meta(words("Default route", "默认网关", ["10.0.0.1"])),
    nameServers: z
      .array(ipv4)
      .default([])
      .meta(words("Name servers", "域名服务器", [["10.0.0.2"]])),
    vlan: z
      .int()
      .min(1)
      .max(4094)
      .optional()
      .meta(
        words(
          "The address is in this VLAN, tagged; booting from the network stays untagged",
          "地址位于该 VLAN（带标签）；网络引导仍不带标签",
          [20],
        ),
      ),
    bond: z
      .strictObject({
        macs: z
          .array(MacAddress)
          .min(1)
          .meta(words("Cards in the bond, by hardware address", "组成 bond 的网卡 MAC 地址")),
        mode: z
          .enum(["active-backup", "802.3ad", "balance-xor"])
          .default("active-backup")
          .meta(words("How the cards share the work", "bond 模式")),
      })
      .optional()
      .meta(words("Several cards as one", "多网卡绑定")),
    mtu: z
      .int()
      .min(1280)
      .max(9216)
      .optional()
      .meta(words("MTU of the card", "网卡 MTU", [9000])),
  })
  .meta(words("Network of the installed system", "安装后系统的网络"));
export type MetalNetwork = Readonly<z.output<typeof MetalNetwork>>;

/** A machine without an operating system, which Slipway installs over the network first. */
export const MetalSpec = z
  .strictObject({
    mac: MacAddress.optional().meta(
      words("Hardware address of the card that it boots from", "用于网络引导的网卡 MAC 地址", [
        "52:54:00:12:34:56",
      ]),
    ),
    serial: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta(
        words(
          "Serial number on its label, as its firmware says it; used when no mac is given",
          "机器序列号（与固件显示一致）；未填写 mac 时使用",
          ["CN7792194B0123"],
        ),
      ),
    uuid: z
      .guid()
      .optional()
      .meta(words("SMBIOS UUID; used when no mac is given", "SMBIOS UUID；未填写 mac 时使用")),
    disk: DiskSelector.optional().meta(
      words(
        "The disk to install on: serial, wwn, byPath, or a rule that exactly one disk meets. By default the only disk of 8 GB or more",
        "安装目标磁盘：serial、wwn、byPath，或恰好匹配一块磁盘的规则。默认为唯一一块不小于 8 GB 的磁盘",
        [{ serial: "S4EWNX0M123456" }],
      ),
    ),
    network: MetalNetwork.prefault({}),
    variant: z
      .enum(["server", "cloud"])
      .default("server")
      .meta(
        words(
          "Kernel: server has drivers and firmware for real machines, cloud is small and for virtual ones",
          "内核：server 含物理机驱动与固件；cloud 体积小，适用于虚拟机",
        ),
      ),
    console: z
      .array(z.string().regex(/^[A-Za-z0-9,]+$/))
      .max(4)
      .default([])
      .meta(
        words(
          "Kernel consoles besides the screen; the last one is /dev/console",
          "除屏幕外的内核控制台；最后一个为 /dev/console",
          [["ttyS0"]],
        ),
      ),
  })
  .meta(
    words(
      "The machine is blank: it boots from the network and is installed before anything else happens on it",
      "裸机：先通过网络引导并安装系统，然后再执行其他步骤",
    ),
  );
export type MetalSpec = Readonly<z.output<typeof MetalSpec>>;

/** How the appliance serves machines that boot from the network. */
export const NetbootSettings = z
  .strictObject({
    interface: z
      .string()
      .min(1)
      .max(15)
      .optional()
      .meta(
        words(
          "The appliance's interface in the machines' network; by default the one whose subnet holds their addresses",
          "本设备连接机器网络的网卡；默认为子网包含机器地址的网卡",
          ["eth1"],
        ),
      ),
    mode: z
      .enum(["full", "proxy"])
      .default("full")
      .meta(
        words(
          "full: this appliance gives addresses; proxy: the site's own DHCP server does, and the appliance only says what to boot",
          "full：由本设备分配地址；proxy：由现场 DHCP 服务器分配地址，本设备只提供引导信息",
        ),
      ),
    ranges: z
      .array(z.string().regex(/^\d{1,3}(\.\d{1,3}){3}-\d{1,3}(\.\d{1,3}){3}$/))
      .max(16)
      .default([])
      .meta(
        words(
          "Addresses for machines that no spec names; machines of a spec get their own address",
          "分配给未在规格中列出的机器的地址；规格中的机器使用各自的地址",
          [["10.0.0.100-10.0.0.199"]],
        ),
      ),
    router: ipv4.optional().meta(words("Default route to hand out", "下发的默认网关", ["10.0.0.1"])),
    nameServers: z
      .array(ipv4)
      .max(4)
      .default([])
      .meta(words("Name servers to hand out", "下发的域名服务器", [["10.0.0.2"]])),
    leaseSeconds: z
      .int()
      .min(120)
      .max(604_800)
      .default(3600)
      .meta(words("How long an address is given for", "地址租期（秒）", [3600])),
  })
  .meta(words("Boot services of the appliance, for blank machines", "本设备为裸机提供的网络引导服务"));
export type NetbootSettings = Readonly<z.output<typeof NetbootSettings>>;
