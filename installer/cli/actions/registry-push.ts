import { readFile } from "node:fs/promises";
import { SlipwayError } from "../../contract/errors/index.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import { bytesText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { passphraseFor } from "./bundle-keys.ts";
import { wholeNumber } from "./operation.ts";
import { followProgress, INTERRUPTED } from "./work.ts";

const credentialsOf = async (session: Session, input: Input) => {
  const username = optionText(input, "user");
  if (username === undefined) return {};
  const password = await passphraseFor(session, { file: username, from: optionText(input, "passwordFile") });
  return { credentials: { username, password } };
};

/** `registry push`. Fails when an image did not get there, after saying which. */
export const push: Action = async (session, input) => {
  const registry = argument(input, 1).replace(/\/$/, "");
  const [prefix, ca] = ["prefix", "ca"].map((name) => optionText(input, name));
  const parallel = wholeNumber(input, "parallel");
  const request = {
    reference: argument(input, 0),
    address: registry,
    ...(await credentialsOf(session, input)),
    ...(prefix === undefined ? {} : { prefix }),
    ...(ca === undefined ? {} : { ca: await readFile(ca, "utf8") }),
    ...(parallel === undefined ? {} : { parallel }),
    continueOnError: input.options["continueOnError"] === true ? ("yes" as const) : ("no" as const),
  };
  const client = await session.engine();
  const found = await followProgress(session, (signal) => client.registry.push(request, { signal }));
  if (found === undefined) return INTERRUPTED;
  const { images, failed, untried, blobs, bytesSent } = found;
  await session.show(found, () => [
    session.say("pushed", { images: images.length, registry, ...blobs, size: bytesText(bytesSent) }),
    ...failed.map(({ image, error }) =>
      session.paint.bad(session.say("pushFailed", { image, code: error.code })),
    ),
    ...(untried.length === 0
      ? []
      : [session.paint.bad(session.say("pushUntried", { count: untried.length }))]),
  ]);
  const [first] = failed;
  if (first === undefined) return 0;
  throw SlipwayError.of("BUNDLE_PUSH_INCOMPLETE", {
    failed: failed.length + untried.length,
    total: failed.length + untried.length + images.length,
    registry,
    image: first.image,
  });
};
