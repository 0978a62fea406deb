import { text } from "../../contract/text.ts";
import type { NounSpec } from "../command.ts";
import { example } from "./common.ts";

/** `slipway engine`: the process that does the work. */
export const engine: NounSpec = {
  name: "engine",
  summary: text("the process that does the work", "执行工作的引擎进程"),
  verbs: [
    {
      name: "run",
      isDefault: true,
      summary: text("run an engine in the foreground", "在前台运行引擎"),
      options: [
        {
          flags: "--socket-group <group>",
          text: text("let this group use the socket (0660)", "允许该用户组使用套接字（0660）"),
        },
        {
          flags: "--recover <how>",
          text: text(
            "interrupted operations: carry on, or wait for the operator",
            "中断的操作：继续执行，或等待操作员",
          ),
          choices: ["resume", "wait"],
        },
        {
          flags: "--exit-when-idle <seconds>",
          text: text("leave after being idle for so long", "空闲达到该秒数后退出"),
        },
        {
          flags: "--listen <address>",
          text: text(
            "serve the web console on this address and port (nowhere)",
            "在该地址和端口提供网页控制台（默认不提供）",
          ),
        },
        {
          flags: "--console-name <names>",
          text: text(
            "other names browsers use for it, separated by commas",
            "浏览器访问时使用的其他名称，以逗号分隔",
          ),
        },
        {
          flags: "--ui <folder>",
          text: text("folder of the built console", "已构建的控制台网页目录"),
          completes: "folder",
        },
        { flags: "--ready-fd <fd>", text: text("report readiness here", "就绪通知的描述符"), hidden: true },
      ],
      examples: [
        example("slipway engine", "run on the default data folder", "使用默认数据目录运行"),
        example(
          "slipway engine --data /srv/slipway --socket /run/slipway/engine.sock --socket-group slipway",
          "run as a service for a group of operators",
          "作为服务运行，供一组操作员使用",
        ),
        example(
          "slipway engine run --listen 0.0.0.0:8443",
          "with the web console; the first link is printed here",
          "同时提供网页控制台；首个链接显示在此处",
        ),
        example(
          "slipway engine --recover wait",
          "leave interrupted operations paused",
          "让中断的操作保持暂停",
        ),
      ],
      load: async () => (await import("../actions/engine.ts")).run,
    },
    {
      name: "start",
      summary: text("start one in the background unless one runs", "引擎未运行时在后台启动"),
      examples: [
        example(
          "slipway engine start",
          "it leaves once nothing runs and nobody calls",
          "没有操作运行且无人调用时自动退出",
        ),
      ],
      load: async () => (await import("../actions/engine.ts")).start,
    },
    {
      name: "info",
      summary: text("show who answers", "显示正在应答的引擎"),
      options: [
        {
          flags: "--wait <seconds>",
          text: text("wait so long for an engine to answer", "等待引擎应答的最长秒数"),
        },
      ],
      examples: [
        example(
          "slipway engine info",
          "version, uptime, memory, data folder",
          "版本、运行时间、内存、数据目录",
        ),
        example("slipway engine info --wait 30", "used by the systemd unit", "供 systemd 单元使用"),
      ],
      load: async () => (await import("../actions/engine.ts")).info,
    },
    {
      name: "stop",
      summary: text("stop the engine; operations stay resumable", "停止引擎；操作可以稍后继续"),
      examples: [example("slipway engine stop", "stop the running engine", "停止运行中的引擎")],
      load: async () => (await import("../actions/engine.ts")).stop,
    },
  ],
};
