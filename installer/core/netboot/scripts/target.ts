import type { KernelArgument } from "./words.ts";

/** What a machine is to do once a boot program runs on it. */
export type BootTarget =
  | {
      readonly kind: "linux";
      /** For the machine's screen: what is being started. */
      readonly title: string;
      readonly kernel: string;
      readonly initrd: string;
      readonly args: readonly KernelArgument[];
    }
  /** Go on to the disk. */
  | { readonly kind: "disk"; readonly title: string }
  /** Nothing to do yet: say so on the screen, and ask again. */
  | { readonly kind: "wait"; readonly title: string; readonly again: string; readonly seconds: number };
