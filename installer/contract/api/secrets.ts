import * as z from "zod";
import { administer, Done, inspect, NoInput } from "./base.ts";

/** What can be told about a secret. Values go in and never come out. */
export const SecretInfo = z.object({ name: z.string(), updatedAt: z.number() });
export type SecretInfo = Readonly<z.output<typeof SecretInfo>>;

const SecretName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/)
  .max(100);

/** Calls about secrets. None of them gives a value back. */
export const secrets = {
  list: inspect
    .route({ method: "GET", path: "/secrets", summary: "Names of the secrets kept" })
    .input(NoInput)
    .output(z.array(SecretInfo)),
  set: administer
    .route({ method: "PUT", path: "/secrets/{name}", summary: "Keep a value, encrypted" })
    .input(
      z.strictObject({
        name: SecretName,
        value: z
          .string()
          .min(1)
          .max(64 * 1024),
      }),
    )
    .output(Done),
  remove: administer
    .route({ method: "DELETE", path: "/secrets/{name}", summary: "Forget a value" })
    .input(z.strictObject({ name: SecretName }))
    .output(Done),
};
