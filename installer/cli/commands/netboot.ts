import { text } from "../../contract/text.ts";
import type { NounSpec } from "../command.ts";
import { example } from "./common.ts";

/** `slipway netboot`: what blank machines boot from. */
export const netboot: NounSpec = {
  name: "netboot",
  summary: text("boot services for blank machines", "为裸机提供的网络引导服务"),
  verbs: [
    {
      name: "start",
      summary: text(
        "serve machines that boot from the network, until `netboot stop`",
        "为网络引导的机器提供服务，直到执行 `netboot stop`",
      ),
      options: [
        {
          flags: "--interface <name>",
          text: text("interface of this computer in the machines' network", "本机连接机器网络的网卡"),
          required: true,
        },
        {
          flags: "--range <first-last>",
          text: text(
            "addresses for machines that no spec names, by comma",
            "分配给未列入规格机器的地址，逗号分隔",
          ),
        },
        { flags: "--router <address>", text: text("default route to hand out", "下发的默认网关") },
        {
          flags: "--dns <addresses>",
          text: text("name servers to hand out, by comma", "下发的域名服务器，逗号分隔"),
        },
        {
          flags: "--proxy",
          text: text(
            "leave addresses to the site's own DHCP server, only say what to boot",
            "地址由现场 DHCP 服务器分配，本机只提供引导信息",
          ),
        },
        {
          flags: "--discovery",
          text: text("boot unknown machines too, to learn what they are", "也引导未知机器，以采集其信息"),
        },
      ],
      examples: [
        example(
          "slipway netboot start --interface eth1 --range 10.0.0.100-10.0.0.199 --discovery",
          "find out which machines there are",
          "发现现场有哪些机器",
        ),
        example(
          "slipway netboot start --interface eth1 --proxy",
          "beside a DHCP server that exists already",
          "与已有的 DHCP 服务器共存",
        ),
      ],
      load: async () => (await import("../actions/netboot.ts")).start,
    },
    {
      name: "stop",
      summary: text(
        "stop serving, unless an operation waits for a machine",
        "停止服务（有操作在等待机器时除外）",
      ),
      examples: [example("slipway netboot stop", "end discovery", "结束发现模式")],
      load: async () => (await import("../actions/netboot.ts")).stop,
    },
    {
      name: "status",
      summary: text(
        "show interface, mode, addresses given, other servers",
        "显示网卡、模式、已分配地址和其他服务器",
      ),
      examples: [example("slipway netboot status", "what runs where", "查看运行情况")],
      load: async () => (await import("../actions/netboot.ts")).status,
    },
    {
      name: "timeline",
      summary: text(
        "show how machines booted, hop by hop, and where one stopped",
        "逐跳显示机器的引导过程及停在何处",
      ),
      arguments: [{ name: "[mac]", text: text("hardware address", "MAC 地址") }],
      examples: [
        example("slipway netboot timeline", "every machine that was heard of", "全部出现过的机器"),
        example("slipway netboot timeline 52:54:00:12:34:56", "one machine", "某一台机器"),
      ],
      load: async () => (await import("../actions/netboot.ts")).timeline,
    },
  ],
};
