import { SlipwayError } from "../../contract.ts";

/**
 * A word that iPXE, GRUB and the kernel all read as it stands. Anything else is refused rather than quoted, because their
 * rules of quoting differ.
 */
const WORD = /^[A-Za-z0-9._:/=,@%+-]{1,1024}$/;

/** The text itself when every boot program reads it as one plain word. Rejects with NETBOOT_SCRIPT_VALUE. */
export const bootWord = (value: string): string => {
  if (!WORD.test(value)) {
    throw SlipwayError.of("NETBOOT_SCRIPT_VALUE", { value: JSON.stringify(value.slice(0, 80)) });
  }
  return value;
};

/** An absolute http URL of plain characters. Rejects with NETBOOT_SCRIPT_VALUE. */
export const bootUrl = (value: string): string => {
  if (!/^http:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/[A-Za-z0-9._/%=+-]*$/.test(value)) {
    throw SlipwayError.of("NETBOOT_SCRIPT_VALUE", { value: JSON.stringify(value.slice(0, 80)) });
  }
  return value;
};

/** A sentence for the machine's own screen: printable ASCII without what a boot program would interpret. */
export const bootSentence = (value: string): string =>
  value
    .replaceAll(/[^\w .,:/()-]/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 200);

/** One kernel argument, `name` or `name=value`. */
export interface KernelArgument {
  readonly name: string;
  readonly value?: string;
}

/** The kernel's command line, in the order given. Rejects with NETBOOT_SCRIPT_VALUE. */
export const kernelLine = (args: readonly KernelArgument[]): string =>
  args.map(({ name, value }) => bootWord(value === undefined ? name : `${name}=${value}`)).join(" ");
