import type { NetworkInterface, Route } from "../../contract/facts.ts";
import { contains, parseAddress, parseBlock } from "./ipv4.ts";

/** MTU of the interface that packets to `address` leave by: the longest matching prefix wins, then the smallest metric. */
export const egressMtu = (
  address: string,
  { routes, interfaces }: { routes: readonly Route[]; interfaces: readonly NetworkInterface[] },
): number | undefined => {
  const target = parseAddress(address);
  if (target === undefined) return undefined;
  const matching = routes.flatMap((route) => {
    const block = parseBlock(route.destination);
    return block !== undefined && contains(block, target) ? [{ route, prefix: block.prefix }] : [];
  });
  const [best] = matching.toSorted(
    (a, b) => b.prefix - a.prefix || (a.route.metric ?? 0) - (b.route.metric ?? 0),
  );
  return interfaces.find(({ name }) => name === best?.route.device)?.mtu;
};
