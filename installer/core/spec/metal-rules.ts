import { text } from "../../contract/text.ts";
import { parseAddress } from "../net/ipv4.ts";
import type { Draft } from "./draft.ts";
import type { Finding, Rule } from "./rule.ts";

function* blankMachinesCanBeTold({ machines }: Draft): Iterable<Finding> {
  for (const [index, { metal }] of machines.entries()) {
    if (metal === undefined) continue;
    if (["mac", "serial", "uuid"].some((key) => metal[key] !== undefined)) continue;
    yield {
      path: ["machines", index, "metal"],
      found: "-",
      allowed: text("mac, or serial, or uuid", "mac、serial 或 uuid"),
      message: text("nothing says which machine this is", "没有说明是哪一台机器"),
    };
  }
}

function* blankMachinesAreDifferent({ machines }: Draft): Iterable<Finding> {
  for (const key of ["mac", "serial", "uuid"] as const) {
    const seen = new Map<unknown, number>();
    for (const [index, { metal }] of machines.entries()) {
      const value = metal?.[key];
      if (typeof value !== "string") continue;
      // A serial number or UUID that two boards share is no mistake as long as their cards tell them apart.
      if (key !== "mac" && metal?.["mac"] !== undefined) continue;
      const first = seen.get(value);
      if (first === undefined) seen.set(value, index);
      else {
        yield {
          path: ["machines", index, "metal", key],
          found: value,
          allowed: text("one that no other machine has", "与其他机器不同的值"),
          message: text(`machines[${first}] has the same`, `machines[${first}] 已使用相同的值`),
        };
      }
    }
  }
}

function* rangesFitTheirMode({ netboot }: Draft): Iterable<Finding> {
  const ranges: readonly unknown[] = Array.isArray(netboot?.["ranges"])
    ? (netboot["ranges"] as unknown[])
    : [];
  if (netboot?.["mode"] === "proxy" && ranges.length > 0) {
    yield {
      path: ["netboot", "ranges"],
      found: ranges.join(", "),
      allowed: text("nothing, in proxy mode", "代理模式下不填写"),
      message: text("the site's own DHCP server gives the addresses", "地址由现场 DHCP 服务器分配"),
    };
  }
  for (const [index, range] of ranges.entries()) {
    if (typeof range !== "string") continue;
    const [first, last] = range.split("-").map((part) => parseAddress(part));
    if (first !== undefined && last !== undefined && first <= last) continue;
    yield {
      path: ["netboot", "ranges", index],
      found: range,
      allowed: text(
        "first and last address, such as 10.0.0.100-10.0.0.199",
        "首末地址，例如 10.0.0.100-10.0.0.199",
      ),
      message: text("is no range of addresses", "不是合法的地址范围"),
    };
  }
}

/** Rules about machines without an operating system. */
export const metalRules: readonly Rule[] = [
  blankMachinesCanBeTold,
  blankMachinesAreDifferent,
  rangesFitTheirMode,
];
