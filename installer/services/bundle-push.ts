import { SlipwayError } from "../contract/errors/index.ts";
import type { Bundles } from "../core/ports/bundle-transport.ts";
import type { PushBundle, PushOptions, PushSummary, PushTarget } from "../core/ports/bundle-push.ts";
import { pickBundle } from "./bundle.ts";

/** What an operator says about a push; the rest has defaults. */
export type PushRequest = PushTarget & {
  readonly reference: string;
} & Partial<Pick<PushOptions, "parallel" | "attempts" | "continueOnError">>;

/** Pushes bundles into other registries. */
export interface PushService {
  /** Resolves with everything that failed; `requirePushed` makes an error of it. */
  push(request: PushRequest, run: Pick<PushOptions, "onProgress" | "signal">): Promise<PushSummary>;
}

/** Four at a time fill a gigabit line; registries answer more with 429. */
const PARALLEL = 4;
const ATTEMPTS = 5;

/** Builds the service over a store. */
export const pushService = (store: Bundles, pushBundle: PushBundle): PushService => ({
  push: async ({ reference, parallel, attempts, continueOnError, ...target }, run) => {
    const bundle = pickBundle(await store.bundles(), reference);
    return pushBundle(store, bundle, {
      target,
      options: {
        ...run,
        parallel: parallel ?? PARALLEL,
        attempts: attempts ?? ATTEMPTS,
        continueOnError: continueOnError ?? "no",
      },
    });
  },
});

/** Rejects a push that did not bring everything: with the failure itself when it is the only one. */
export const requirePushed = ({ failed, untried, images }: PushSummary, registry: string): void => {
  const [first] = failed;
  if (first === undefined) return;
  const lacking = failed.length + untried.length;
  throw SlipwayError.of("BUNDLE_PUSH_INCOMPLETE", {
    failed: lacking,
    total: lacking + images.length,
    registry,
    image: first.image,
  });
};
