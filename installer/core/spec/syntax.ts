import { text, type Localized } from "../../contract/text.ts";
import type { SpecProblem } from "../../contract/spec/problem.ts";
import type { Position } from "./source.ts";

/** A YAML error in the operator's words. `code` is the parser's; one it gains later is shown in the parser's own words. */
export const syntaxProblem = (code: string, at: Position, original: string): SpecProblem => ({
  ...at,
  path: "",
  found: original,
  allowed: text("valid YAML 1.2", "合法的 YAML 1.2"),
  message: wording.get(code) ?? text(`not valid YAML: ${original}`, `不是合法的 YAML：${original}`),
});

const wording = new Map<string, Localized>([
  [
    "TAB_AS_INDENT",
    text("a tab is used for indentation; YAML takes spaces only", "用制表符缩进；YAML 只接受空格"),
  ],
  ["DUPLICATE_KEY", text("this key is given twice in one mapping", "同一映射中该键重复出现")],
  ["BAD_INDENT", text("the indentation does not fit the lines above", "缩进与上文不一致")],
  [
    "MULTILINE_IMPLICIT_KEY",
    text(
      "a key may not span lines: is a colon or a quote missing here?",
      "键不能跨行：此处是否缺少冒号或引号？",
    ),
  ],
  ["MISSING_CHAR", text("a character is missing: a quote, comma or bracket", "缺少字符：引号、逗号或括号")],
  [
    "UNEXPECTED_TOKEN",
    text("something stands here that YAML does not expect", "此处出现了 YAML 不允许的内容"),
  ],
  ["BLOCK_AS_IMPLICIT_KEY", text("a nested mapping may not stand on this line", "嵌套映射不能写在这一行")],
  ["BLOCK_IN_FLOW", text("block style may not be used inside brackets", "括号内不能使用块状写法")],
  ["BAD_SCALAR_START", text("a value that starts like this needs quotes", "以此字符开头的值必须加引号")],
  ["BAD_DQ_ESCAPE", text("unknown escape inside double quotes", "双引号内的转义无效")],
  ["BAD_ALIAS", text("this alias names no anchor", "该别名没有对应的锚点")],
  [
    "MULTIPLE_DOCS",
    text(
      "one file holds one cluster: `---` starts a second",
      "一个文件只能有一个集群：`---` 开始了第二个文档",
    ),
  ],
  ["KEY_OVER_1024_CHARS", text("a key may have 1024 characters at most", "键最长 1024 个字符")],
  ["TAG_RESOLVE_FAILED", text("YAML tags are not understood here", "此处不支持 YAML 标签")],
  ["RESOURCE_EXHAUSTION", text("too many aliases or too deep nesting", "别名过多或嵌套过深")],
]);
