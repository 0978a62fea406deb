import { errorCatalog, type ErrorEntry, type RetryRule } from "../../installer/contract/errors/index.ts";
import { exitFamilies, familyOf, type ExitFamily } from "./exit-families.ts";
import { generatedNote, page, table } from "./markdown.ts";

const retryWords: Readonly<Record<RetryRule, string>> = {
  never: "never 不重试",
  backoff: "by itself 自动重试",
  ask: "when asked 由操作员决定",
};

const row = ([code, entry]: readonly [string, ErrorEntry]): readonly string[] => [
  `\`${code}\``,
  String(entry.exit),
  retryWords[entry.retry],
  `${entry.title.en}. *${entry.hint.en}*`,
  `${entry.title["zh-CN"]}。*${entry.hint["zh-CN"]}*`,
];

const stretches = ({ ranges }: ExitFamily): string =>
  ranges.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");

/** docs/errors.md: every error, grouped by family of exit codes, in both languages. */
export const errorsPage = (): string => {
  const entries = Object.entries<ErrorEntry>(errorCatalog);
  return page([
    generatedNote("installer/contract/errors"),
    "# Errors 错误",
    "Every error has a code that never changes its meaning, an exit code, a rule for retrying, what happened and *what to do next*. " +
      "Words in braces stand for names and figures of the case. Exit code 0 is success.",
    "每个错误都有含义不变的代码、退出码、重试规则、原因说明以及*下一步该做什么*。花括号中的词代表具体的名称或数值。退出码 0 表示成功。",
    ...exitFamilies.flatMap((family) => {
      const rows = entries
        .filter(([, { exit }]) => familyOf(exit) === family)
        .toSorted(([a, { exit: first }], [b, { exit: second }]) => first - second || a.localeCompare(b, "en"))
        .map(row);
      if (rows.length === 0) return [];
      return [
        `## ${family.title.en} ${family.title["zh-CN"]} (${stretches(family)})`,
        table(["Code 代码", "Exit 退出码", "Retry 重试", "English", "中文"], rows),
      ];
    }),
  ]);
};
