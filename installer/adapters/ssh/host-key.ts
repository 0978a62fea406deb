import { SlipwayError } from "../../core/contract.ts";
import type { HostKeys } from "../../core/ports/index.ts";

/** What may be shown at an endpoint: a fingerprint that the spec demands, the one on record, or the first one seen. */
export interface HostKeyPolicy {
  readonly endpoint: string;
  readonly demanded: string | undefined;
  readonly pins: HostKeys;
}

/** The judgement on a key that was shown. */
export type HostKeyVerdict =
  | { readonly state: "trusted"; readonly firstSeen: boolean }
  | { readonly state: "refused"; readonly error: SlipwayError };

/** Compares a shown fingerprint with the spec, else with the record. Never writes. */
export const judgeHostKey = async (policy: HostKeyPolicy, shown: string): Promise<HostKeyVerdict> => {
  const { endpoint, demanded } = policy;
  if (demanded !== undefined) {
    return demanded === shown
      ? { state: "trusted", firstSeen: false }
      : {
          state: "refused",
          error: SlipwayError.of("HOST_KEY_UNKNOWN", { endpoint, shown, pinned: demanded }),
        };
  }
  const pinned = await policy.pins.pinned(endpoint);
  if (pinned === undefined) return { state: "trusted", firstSeen: true };
  return pinned === shown
    ? { state: "trusted", firstSeen: false }
    : { state: "refused", error: SlipwayError.of("HOST_KEY_CHANGED", { endpoint, shown, pinned }) };
};

/**
 * Records a key after the first login with it has succeeded, and reads it back: of two engines that meet a machine at
 * the same time the second must not go on with another key.
 */
export const pinHostKey = async ({ endpoint, pins }: HostKeyPolicy, shown: string): Promise<void> => {
  await pins.pin(endpoint, shown);
  const pinned = (await pins.pinned(endpoint)) ?? shown;
  if (pinned !== shown) throw SlipwayError.of("HOST_KEY_CHANGED", { endpoint, shown, pinned });
};
