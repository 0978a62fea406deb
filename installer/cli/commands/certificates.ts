import { text } from "../../contract/text.ts";
import type { NounSpec } from "../command.ts";
import { example } from "./common.ts";

/** `slipway certificates`: when what ends. */
export const certificates: NounSpec = {
  name: "certificates",
  summary: text("certificates of a cluster and when they end", "集群证书及其到期时间"),
  verbs: [
    {
      name: "certificates",
      summary: text("list every certificate, the first to end first", "列出全部证书，最先到期的在前"),
      arguments: [
        {
          name: "[cluster]",
          text: text("its name (the only one there is)", "集群名称（默认为唯一的集群）"),
          completes: "cluster",
        },
      ],
      options: [
        {
          flags: "--expiring <time>",
          text: text(
            "only those that end within it, such as 30d or 12h",
            "只列出在此期限内到期的，如 30d 或 12h",
          ),
        },
      ],
      examples: [
        example("slipway certificates site-a", "all of them", "全部证书"),
        example(
          "slipway certificates site-a --expiring 30d",
          "exits with 1 if there are any",
          "有结果时退出码为 1",
        ),
      ],
      load: async () => (await import("../actions/certificates.ts")).list,
    },
  ],
};
