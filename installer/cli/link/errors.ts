import { ORPCError } from "@orpc/client";
import { wireErrorIn } from "../../contract/api/failure.ts";
import { SlipwayError, type WireError } from "../../contract/errors/index.ts";

/** What a call rejected with, as the product's own error: codes stay what the engine said, known here or not. */
export const fromCallError = (thrown: unknown): Error => {
  if (thrown instanceof SlipwayError) return thrown;
  if (thrown instanceof ORPCError) {
    const wire = wireErrorIn(thrown.data);
    if (wire !== undefined) return fromWire(wire);
    return SlipwayError.of("ENGINE_LOST", {
      problem: `unreadable answer (${thrown.status} ${thrown.message})`,
    });
  }
  if (thrown instanceof Error && thrown.name === "AbortError") return SlipwayError.of("CANCELLED", {});
  const problem =
    thrown instanceof Error
      ? thrown.cause instanceof Error
        ? thrown.cause.message
        : thrown.message
      : String(thrown);
  return SlipwayError.of("ENGINE_LOST", { problem }, { cause: thrown });
};

/** A wire error as an error that can be thrown. */
export const fromWire = (wire: WireError): SlipwayError =>
  new SlipwayError(wire.code as SlipwayError["code"], wire.params, {
    ...(wire.machine === undefined ? {} : { machine: wire.machine }),
    ...(wire.phase === undefined ? {} : { phase: wire.phase }),
    ...(wire.detail === undefined ? {} : { detail: wire.detail }),
  });
