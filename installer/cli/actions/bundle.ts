import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { BundleInfo, BundleItem, ImportSummary } from "../../contract/api/bundles.ts";
import type { BundleRecord } from "../../contract/bundle/index.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { argument, optionText, type Action, type Input } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { bytesText, timeText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { absolute, architecturesOf, sizeOf, withLocations } from "./bundle-locations.ts";
import { registryLines } from "./registry.ts";
import { followProgress, INTERRUPTED } from "./work.ts";

/** Calls that read much, but tell no progress. */
export const LONG_CALL = { context: { deadlineMs: 16 * 60_000 } };

/** `sha256:0123456789ab`, enough to tell one from another. */
export const shortDigest = (digest: string): string => digest.slice(0, "sha256:".length + 12);

const readPolicy = (input: Input) => {
  const arch = architecturesOf(optionText(input, "arch"));
  return {
    unsigned: input.options["allowUnsigned"] === true ? ("allow" as const) : ("refuse" as const),
    ...(arch === undefined ? {} : { arch }),
  };
};

/** `bundle list`. */
export const list: Action = async (session) => {
  const client = await session.engine();
  const found = await client.bundles.list();
  await session.show(found, () =>
    found.length === 0 ? [session.say("nothing")] : recordLines(found, session),
  );
  return 0;
};

const recordLines = (records: readonly BundleRecord[], session: Session): string[] =>
  tableLines(
    [
      session.say("colBundle"),
      session.say("colVersion"),
      session.say("colDigest"),
      session.say("colSize"),
      session.say("colTrust"),
      session.say("colImported"),
      session.say("colBy"),
      session.say("colSource"),
    ],
    records.map((record) => [
      record.name,
      record.version,
      shortDigest(record.index),
      bytesText(record.bytes),
      record.trust.state === "trusted"
        ? session.say("trustedBy", { key: shortDigest(record.trust.keyId) })
        : session.say("trustUnsigned"),
      timeText(record.at),
      record.by,
      record.source,
    ]),
  );

/** `bundle info`: of a stored bundle, or of a file, which is read no further than its manifests. */
export const info: Action = async (session, input) => {
  const client = await session.engine();
  const [first = ""] = input.args;
  const isFile = first === "-" || /[/\\]|\.tar(\.|$)/.test(first) || existsSync(first);
  const found = isFile
    ? await withLocations(input.args, (named) => client.bundles.peek(named, LONG_CALL))
    : await client.bundles.info({ reference: first });
  await session.show(found, () => infoLines(found, session));
  return 0;
};

const signers = ({ signedBy }: BundleInfo, session: Session): string =>
  signedBy.length === 0 ? session.say("nobody") : signedBy.map(shortDigest).join(", ");

const takenLines = ({ taken }: BundleInfo, session: Session): string[] => {
  if (taken === undefined) return [];
  const about = { by: taken.by, at: timeText(taken.at), source: taken.source };
  return taken.unsigned
    ? [session.paint.warn(session.say("infoUnsigned", about))]
    : [session.say("infoTaken", about)];
};

const infoLines = (found: BundleInfo, session: Session): string[] => [
  ...session
    .say("infoHead", {
      name: found.name,
      version: found.version,
      digest: found.index,
      blobs: found.blobs,
      size: bytesText(found.bytes),
      keys: signers(found, session),
    })
    .split("\n"),
  ...takenLines(found, session),
  ...(found.delta === "delta" ? [session.paint.warn(session.say("infoDelta"))] : []),
  ...tableLines(
    [session.say("colKind"), session.say("colComponent"), session.say("colArch"), session.say("colName")],
    found.items.map(({ kind, component, arch, name }) => [kind, component, arch, name]),
  ),
];

/** `bundle verify`. */
export const verify: Action = async (session, input) => {
  const client = await session.engine();
  const found = await withLocations(input.args, (named) =>
    followProgress(session, (signal) =>
      client.bundles.verify({ ...named, ...readPolicy(input) }, { signal }),
    ),
  );
  if (found === undefined) return INTERRUPTED;
  await session.show(found, () => [
    session.paint.good(
      session.say("verified", {
        name: found.name,
        version: found.version,
        blobs: found.blobs,
        size: bytesText(found.bytes),
        keys: signers(found, session),
      }),
    ),
  ]);
  return 0;
};

/** `bundle import`. */
export const importBundle: Action = async (session, input) => {
  const client = await session.engine();
  const found = await withLocations(input.args, (named) =>
    followProgress(session, (signal) =>
      client.bundles.import({ ...named, ...readPolicy(input) }, { signal }),
    ),
  );
  if (found === undefined) return INTERRUPTED;
  await session.show(found, () => importLines(found, session));
  return 0;
};

const importLines = (
  { record: { name, version }, written, skipped, patched, registry }: ImportSummary,
  session: Session,
): string[] => [
  session.say("imported", { name, version, written, skipped, patched }),
  ...registryLines(registry, session),
];

/** `bundle export`. */
export const exportBundle: Action = async (session, input) => {
  const client = await session.engine();
  const [partSize, since, scratch] = ["partSize", "since", "scratch"].map((name) => optionText(input, name));
  const request = {
    reference: argument(input, 0),
    path: absolute(argument(input, 1)),
    ...(partSize === undefined ? {} : { partBytes: sizeOf(partSize, "--part-size") }),
    ...(since === undefined ? {} : { since: await readSince(since) }),
    ...(scratch === undefined ? {} : { scratch: absolute(scratch) }),
  };
  const found = await followProgress(session, (signal) => client.bundles.export(request, { signal }));
  if (found === undefined) return INTERRUPTED;
  const { parts, omitted, patched } = found;
  await session.show(found, () => [
    ...parts.map(({ path, size, sha256 }) =>
      session.say("exported", { path, size: bytesText(size), sha256 }),
    ),
    ...(since === undefined ? [] : [session.say("exportedDelta", { omitted, patched })]),
  ]);
  return 0;
};

/** An inventory by its file, or the text that its QR code held. */
const readSince = async (given: string): Promise<{ file: string; text: string }> => {
  if (given.startsWith("SLIPWAY-INVENTORY-")) return { file: "--since", text: given };
  try {
    return { file: given, text: await readFile(given, "utf8") };
  } catch (cause) {
    throw SlipwayError.of("BUNDLE_INVENTORY_BAD", { file: given, problem: String(cause) }, { cause });
  }
};

/** `bundle diff`. */
export const diff: Action = async (session, input) => {
  const client = await session.engine();
  const [older, newer] = [argument(input, 0), argument(input, 1)];
  const found = await client.bundles.diff({ older, newer }, LONG_CALL);
  const row = (change: string, before?: BundleItem, after?: BundleItem): string[] => {
    const item = after ?? before;
    return [
      change,
      item?.kind ?? "",
      item?.component ?? "",
      item?.arch ?? "",
      before?.name ?? "",
      after?.name ?? "",
    ];
  };
  await session.show(found, () => {
    const rows = [
      ...found.added.map((item) => row(session.say("added"), undefined, item)),
      ...found.removed.map((item) => row(session.say("removed"), item)),
      ...found.changed.map(({ before, after }) => row(session.say("changed"), before, after)),
    ];
    if (rows.length === 0) return [session.say("diffNothing")];
    const heads = ["colChange", "colKind", "colComponent", "colArch", "colBefore", "colAfter"] as const;
    const head = heads.map((key) => session.say(key));
    return [...tableLines(head, rows), session.say("diffBytes", { size: bytesText(found.newBytes) })];
  });
  return 0;
};

/** A QR code on the terminal, or in a picture by the ending of its name. */
const showQr = async (session: Session, text: string, file: string | undefined): Promise<void> => {
  const { qrCode, qrColumns, qrLines, qrPng, qrSvg } = await import("../output/qr.ts");
  const code = qrCode(text);
  if (file === undefined) {
    const { stdout } = session.environment;
    if ((stdout.columns ?? Number.POSITIVE_INFINITY) < qrColumns(code)) {
      throw SlipwayError.of("USAGE", { problem: session.say("qrNarrow", { columns: qrColumns(code) }) });
    }
    await session.show({ text }, () => [...qrLines(code, stdout.isTTY === true ? "painted" : "plain")]);
    return;
  }
  if (!/\.(?:png|svg)$/i.test(file)) throw SlipwayError.of("USAGE", { problem: session.say("qrEnding") });
  await writeFile(file, /\.svg$/i.test(file) ? qrSvg(code) : qrPng(code));
  await session.show({ file, text }, () => [session.say("qrWritten", { file })]);
};

/** `bundle inventory`: to a file, or to standard output. */
export const inventory: Action = async (session, input) => {
  const client = await session.engine();
  const site = optionText(input, "site");
  const found = await client.bundles.inventory(site === undefined ? {} : { site }, LONG_CALL);
  const json = `${JSON.stringify(found.inventory)}\n`;
  const [file] = input.args;
  const asText = input.options["text"] === true || input.options["qr"] === true;
  if (asText && found.text === undefined)
    throw SlipwayError.of("USAGE", { problem: session.say("inventoryLong") });
  if (input.options["qr"] === true) {
    await showQr(session, found.text ?? "", file);
  } else if (input.options["text"] === true) {
    await session.show({ text: found.text }, () => [found.text ?? ""]);
  } else if (file === undefined) {
    session.environment.stdout.write(json);
  } else {
    await writeFile(file, json);
    const { blobs, bundles } = found.inventory;
    const summary = { file, blobs: blobs.length, bundles: bundles.length };
    await session.show(summary, () => [session.say("inventoryWritten", summary)]);
  }
  return 0;
};
