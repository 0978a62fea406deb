import type { MetalSpec } from "../../contract/spec/metal.ts";

/** By what a machine can be told: hardware addresses, serial number, UUID. Empty texts are unknown. */
export interface Marks {
  readonly macs: readonly string[];
  readonly serial: string;
  readonly uuid: string;
}

/** Serial numbers that boards have when nobody gave them one. They tell nothing. */
const fillers =
  /^(|0+|none|n\/a|not specified|default string|to be filled by o\.?e\.?m\.?|system serial number|123456789)$/i;

/** The serial number, or nothing when it is one that many boards share. */
export const usableSerial = (serial: string): string => (fillers.test(serial.trim()) ? "" : serial.trim());

/** Whether the spec means this machine. A hardware address decides alone; without one serial and UUID must both fit. */
export const isMeant = (spec: MetalSpec, marks: Marks): boolean => {
  if (spec.mac !== undefined) return marks.macs.includes(spec.mac);
  if (spec.serial === undefined && spec.uuid === undefined) return false;
  const serialFits = spec.serial === undefined || spec.serial === marks.serial.trim();
  const uuidFits = spec.uuid === undefined || spec.uuid.toLowerCase() === marks.uuid.toLowerCase();
  return serialFits && uuidFits;
};

/** What two machines have in common that should be each one's own. */
export interface Duplicate {
  readonly what: "serial" | "uuid";
  readonly value: string;
  /** The others, by hardware address. */
  readonly others: readonly string[];
}

/** Which of a machine's marks another one of the list has too. Serial numbers that are mere filler count as well. */
export const duplicatesOf = (
  machine: { readonly mac: string; readonly serial: string; readonly uuid: string },
  all: readonly { readonly mac: string; readonly serial: string; readonly uuid: string }[],
): readonly Duplicate[] =>
  (["serial", "uuid"] as const).flatMap((what) => {
    const value = machine[what];
    if (value === "") return [];
    const others = all.filter((one) => one.mac !== machine.mac && one[what] === value).map(({ mac }) => mac);
    return others.length === 0 ? [] : [{ what, value, others }];
  });
