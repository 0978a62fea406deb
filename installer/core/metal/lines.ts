import type { MetalDecision, MetalPlan } from "../../contract/metal/plan.ts";

/**
 * The form in which decisions and plans reach the installer: one `key value` a line, which a shell reads without a
 * parser. Throws on a value with a control character in it: such a value could be read as another line.
 */
export const toLines = (record: MetalDecision | MetalPlan): string =>
  Object.entries(record)
    .map(([key, value]) => {
      const text = String(value);
      // oxlint-disable-next-line no-control-regex -- control characters are what must not be in it
      if (/[\u0000-\u001f\u007f]/.test(text)) throw new Error(`${key} holds a control character`);
      return `${key} ${text}\n`;
    })
    .join("");
