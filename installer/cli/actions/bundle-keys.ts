import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { TrustedKey } from "../../contract/bundle/trust.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { timeText } from "../output/time.ts";
import { readAll } from "../read-all.ts";
import type { Session } from "../session.ts";
import { LONG_CALL, shortDigest } from "./bundle.ts";
import { absolute } from "./bundle-locations.ts";
import { readHidden } from "./hidden-prompt.ts";

/** A passphrase or password from a file, from the terminal, or from standard input; never from the command line, which others can read. */
export const passphraseFor = async (
  session: Session,
  {
    file,
    from,
    twice,
  }: { readonly file: string; readonly from: string | undefined; readonly twice?: "twice" },
): Promise<string> => {
  const { environment } = session;
  const interactive = from === undefined && environment.stdin.isTTY === true;
  const read = async (): Promise<string> => {
    if (from !== undefined) return readFile(from, "utf8");
    return (await readAll(environment.stdin)).toString("utf8");
  };
  const passphrase = interactive
    ? await readHidden(session.say("passphrasePrompt", { file }), environment)
    : (await read()).replace(/\r?\n$/, "");
  if (passphrase === "") throw SlipwayError.of("USAGE", { problem: session.say("passphraseEmpty") });
  if (interactive && twice !== undefined) {
    const again = await readHidden(session.say("passphraseAgain"), environment);
    if (again !== passphrase) throw SlipwayError.of("USAGE", { problem: session.say("passphraseDiffers") });
  }
  return passphrase;
};

/** `bundle keygen`. */
export const keygen: Action = async (session, input) => {
  const path = absolute(argument(input, 0));
  const from = optionText(input, "passphraseFile");
  const passphrase = await passphraseFor(session, { file: `${path}.key`, from, twice: "twice" });
  const client = await session.engine();
  const type = optionText(input, "type") === "ecdsa-p256" ? "ecdsa-p256" : "ed25519";
  const made = await client.bundles.keygen({ path, type, passphrase });
  const command = session.command(`bundle trust add ${basename(made.publicKey)}`);
  await session.show(made, () => session.say("keyMade", { ...made, command }).split("\n"));
  return 0;
};

/** `bundle sign`. */
export const sign: Action = async (session, input) => {
  const key = absolute(optionText(input, "key") ?? "");
  const passphrase = await passphraseFor(session, { file: key, from: optionText(input, "passphraseFile") });
  const old = optionText(input, "previous");
  const previous = old === undefined ? undefined : await previousKey(session, input, absolute(old));
  const client = await session.engine();
  const record = await client.bundles.sign(
    { reference: argument(input, 0), key, passphrase, ...(previous === undefined ? {} : { previous }) },
    LONG_CALL,
  );
  const { name, version, index, trust } = record;
  const by = trust.state === "trusted" ? trust.keyId : "";
  await session.show(record, () => [session.say("signed", { name, version, key: by, digest: index })]);
  return 0;
};

const previousKey = async (
  session: Session,
  input: Input,
  key: string,
): Promise<{ key: string; passphrase: string }> => ({
  key,
  passphrase: await passphraseFor(session, { file: key, from: optionText(input, "previousPassphraseFile") }),
});

/** `bundle trust [list|add|revoke]`. */
export const trust: Action = async (session, input) => {
  const [action = "list", key] = input.args;
  if (action === "list") return listTrusted(session);
  if (key === undefined) {
    throw SlipwayError.of("USAGE", { problem: session.say("missingArgument", { name: "key" }) });
  }
  return action === "add" ? addTrust(session, input, key) : revokeTrust(session, input, key);
};

const listTrusted = async (session: Session): Promise<number> => {
  const client = await session.engine();
  const found = await client.bundles.trusted();
  await session.show(found, () =>
    found.length === 0
      ? [session.say("nothing")]
      : tableLines(
          [
            session.say("colName"),
            session.say("colKey"),
            session.say("colImported"),
            session.say("colBy"),
            session.say("colUntil"),
            session.say("colState"),
          ],
          found.map((key) => [
            key.name,
            key.keyId,
            timeText(key.addedAt),
            key.addedBy,
            key.notAfter === undefined ? "-" : timeText(key.notAfter),
            trustText(key, session),
          ]),
        ),
  );
  return 0;
};

const trustText = ({ revoked, via }: TrustedKey, session: Session): string => {
  if (revoked !== undefined) return session.say("trustRevoked", { why: revoked.why });
  return via === undefined ? session.say("ok") : session.say("trustVia", { key: shortDigest(via) });
};

const addTrust = async (session: Session, input: Input, file: string): Promise<number> => {
  const publicKey = await readFile(file, "utf8").catch((cause: unknown) => {
    throw SlipwayError.of("BUNDLE_KEY_UNREADABLE", { file, problem: String(cause) }, { cause });
  });
  const until = optionText(input, "until");
  const notAfter = until === undefined ? undefined : Date.parse(until);
  if (notAfter !== undefined && Number.isNaN(notAfter)) {
    throw SlipwayError.of("USAGE", { problem: `--until ${until ?? ""} (2027-12-31)` });
  }
  const client = await session.engine();
  const name = optionText(input, "name") ?? basename(file).replace(/\.pub$/, "");
  const added = await client.bundles.trust({
    file,
    publicKey,
    name,
    ...(notAfter === undefined ? {} : { notAfter }),
  });
  await session.show(added, () => [session.say("trustAdded", { name: added.name, key: added.keyId })]);
  return 0;
};

const revokeTrust = async (session: Session, input: Input, key: string): Promise<number> => {
  const client = await session.engine();
  await client.bundles.revoke({ key, why: optionText(input, "why") ?? "" });
  session.tell(session.say("done"));
  return 0;
};
