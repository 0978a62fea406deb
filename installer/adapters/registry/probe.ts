import { request } from "node:https";

const ANSWER_MS = 2_000;

/** True when a registry answers at the address over TLS with a certificate of this authority. */
export const answersAt = (
  address: { readonly host: string; readonly port: number },
  ca: string,
): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = request(
      { ...address, path: "/v2/", method: "GET", ca, agent: false, timeout: ANSWER_MS },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.once("timeout", () => asked.destroy(new Error("no answer")));
    asked.once("error", () => resolve(false));
    asked.end();
  });
