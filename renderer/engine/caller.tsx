import { createContext, use } from "react";
import type { Caller } from "../../installer/contract/accounts.ts";

/** Who is signed in; set around everything that is shown to somebody. */
export const CallerContext = createContext<Caller | undefined>(undefined);

/** Who is signed in. */
export const useCaller = (): Caller => {
  const caller = use(CallerContext);
  if (caller === undefined) throw new Error("nobody is signed in");
  return caller;
};
