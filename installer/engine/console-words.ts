import type { Enrolment } from "../contract/accounts.ts";
import type { ConsoleStatus } from "../contract/api/console.ts";

/**
 * What is said on the engine's terminal when the console listens. The link for the first administrator is shown to a
 * person at a terminal only: a log that others read must not hold it.
 */
export const announce = (
  { addresses, authority }: ConsoleStatus,
  link: Enrolment | undefined,
  isTerminal: boolean | undefined,
): string => {
  const lines = [
    `console 控制台: ${addresses.join("  ")}`,
    `CA SHA-256: ${authority?.fingerprint ?? ""}`,
    ...(link === undefined
      ? []
      : isTerminal === true
        ? [
            "first administrator, link valid for 15 minutes, works once 首个管理员，链接 15 分钟内有效，仅可使用一次:",
            ...link.links,
          ]
        : ["there is no account yet: run 尚无账号，请运行: slipway console enrol"]),
  ];
  return `${lines.join("\n")}\n`;
};
