import * as z from "zod";
import { administer, Done, NoInput, view } from "./base.ts";

/** A host key this site trusts. */
export const HostKey = z.object({ endpoint: z.string(), fingerprint: z.string(), pinnedAt: z.number() });
export type HostKey = Readonly<z.output<typeof HostKey>>;

const Endpoint = z.string().min(1).max(300).describe("address:port as listed; without a port, 22");

/** Calls about the host keys that are pinned. */
export const hostKeys = {
  list: view
    .route({ method: "GET", path: "/host-keys", summary: "Pinned host keys" })
    .input(NoInput)
    .output(z.array(HostKey)),
  trust: administer
    .route({ method: "POST", path: "/host-keys", summary: "Pin a key that was compared by other means" })
    .input(
      z.strictObject({ endpoint: Endpoint, fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/) }),
    )
    .output(Done),
  forget: administer
    .route({
      method: "POST",
      path: "/host-keys/forget",
      summary: "Forget a pin; the next key shown is recorded",
    })
    .input(z.strictObject({ endpoint: Endpoint }))
    .output(Done),
};
