import { ORPCError } from "@orpc/client";
import { wireErrorIn } from "../../installer/contract/api/failure.ts";
import { SlipwayError, toWire, WireError } from "../../installer/contract/errors/index.ts";

/** Whatever a call rejected with, as an error of the catalogue. */
export const fromCallError = (thrown: unknown): Error => {
  if (thrown instanceof SlipwayError) return thrown;
  if (thrown instanceof ORPCError) {
    const wire = wireErrorIn(thrown.data);
    if (wire !== undefined) return fromWire(wire);
    return lost(`${thrown.status} ${thrown.message}`);
  }
  if (thrown instanceof Error && thrown.name === "AbortError") return SlipwayError.of("CANCELLED", {});
  return lost(thrown instanceof Error ? thrown.message : String(thrown));
};

/** The connection broke, or never came to be. */
export const lost = (problem: string): SlipwayError => SlipwayError.of("ENGINE_LOST", { problem });

/** What to show of anything that was thrown, or that an event told. */
export const problemOf = (thrown: unknown): WireError => {
  const told = thrown instanceof Error ? undefined : WireError.safeParse(thrown).data;
  return told ?? toWire(thrown);
};

const fromWire = (wire: WireError): SlipwayError =>
  new SlipwayError(wire.code as SlipwayError["code"], wire.params, {
    ...(wire.machine === undefined ? {} : { machine: wire.machine }),
    ...(wire.phase === undefined ? {} : { phase: wire.phase }),
    ...(wire.detail === undefined ? {} : { detail: wire.detail }),
  });
