import { SlipwayError } from "../../contract/errors/index.ts";
import type { Environment } from "../environment.ts";

/** Reads a line from the terminal without showing it. Rejects with CANCELLED on Ctrl-C. */
export const readHidden = async (prompt: string, { stdin, stderr }: Environment): Promise<string> => {
  stderr.write(prompt);
  stdin.setRawMode?.(true);
  try {
    let typed = "";
    for await (const chunk of stdin) {
      for (const key of (chunk as Buffer).toString("utf8")) {
        if (key === "\u0003") throw SlipwayError.of("CANCELLED", {});
        if (key === "\r" || key === "\n" || key === "\u0004") return typed;
        typed = key === "\u007F" || key === "\b" ? typed.slice(0, -1) : typed + key;
      }
    }
    return typed;
  } finally {
    stdin.setRawMode?.(false);
    stderr.write("\n");
  }
};
