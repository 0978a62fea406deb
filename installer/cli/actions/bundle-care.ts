import * as z from "zod";
import { argument, optionText, type Action } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { bytesText } from "../output/time.ts";
import { LONG_CALL } from "./bundle.ts";
import { absolute, architecturesOf } from "./bundle-locations.ts";
import { followProgress, INTERRUPTED } from "./work.ts";

/** `bundle gc`. */
export const gc: Action = async (session, input) => {
  const client = await session.engine();
  const dryRun = input.options["dryRun"] === true ? "yes" : "no";
  const found = await client.bundles.gc({ dryRun }, LONG_CALL);
  const totals = { count: found.removed.length, size: bytesText(found.bytes) };
  await session.show(found, () => [
    ...(dryRun === "yes" ? found.removed.map(({ digest, size }) => `${digest}  ${bytesText(size)}`) : []),
    session.say(dryRun === "yes" ? "gcWould" : "gcDone", totals),
  ]);
  return 0;
};

/** `bundle fsck`: ends with 1 when something is not as it should be. */
export const fsck: Action = async (session, input) => {
  const client = await session.engine();
  const repair = input.options["repair"] === true ? "yes" : "no";
  const found = await followProgress(session, (signal) => client.bundles.fsck({ repair }, { signal }));
  if (found === undefined) return INTERRUPTED;
  await session.show(found, () =>
    found.length === 0
      ? [session.paint.good(session.say("fsckGood"))]
      : [
          ...tableLines(
            [session.say("colFault"), session.say("colComponent"), session.say("colDigest")],
            found.map(({ fault, component, digest }) => [fault, component, digest]),
          ),
          ...(repair === "yes" ? [session.say("fsckRepair")] : []),
        ],
  );
  return found.length === 0 ? 0 : 1;
};

/** `bundle extract`. */
export const extract: Action = async (session, input) => {
  const client = await session.engine();
  const [architecture] = architecturesOf(optionText(input, "arch")) ?? [];
  const found = await client.bundles.extract(
    {
      reference: argument(input, 0),
      component: argument(input, 1),
      folder: absolute(argument(input, 2)),
      ...(architecture === undefined ? {} : { architecture }),
    },
    LONG_CALL,
  );
  await session.show(found, () =>
    found.map(({ path, size }) => session.say("extracted", { path, size: bytesText(size) })),
  );
  return 0;
};

/** `bundle remove`. */
export const remove: Action = async (session, input) => {
  const client = await session.engine();
  const bundle = argument(input, 0);
  await client.bundles.remove({ reference: bundle }, LONG_CALL);
  session.tell(session.say("bundleRemoved", { bundle, command: session.command("bundle gc") }));
  return 0;
};

/** The part of an SPDX document that the table of licences takes. */
const Licences = z.object({
  packages: z.array(
    z.looseObject({
      name: z.string(),
      versionInfo: z.string().optional(),
      licenseConcluded: z.string().optional(),
      licenseDeclared: z.string().optional(),
    }),
  ),
});

/** `bundle sbom`: the documents as they are, or their licences as a table. */
export const sbom: Action = async (session, input) => {
  const client = await session.engine();
  const component = optionText(input, "component");
  const found = await client.bundles.sbom(
    { reference: argument(input, 0), ...(component === undefined ? {} : { component }) },
    LONG_CALL,
  );
  if (input.options["licences"] !== true) {
    const [only] = found;
    const shown = found.length === 1 ? only?.document : found.map(({ document }) => document);
    await session.show(shown, () => [JSON.stringify(shown, undefined, 2)]);
    return 0;
  }
  const rows = found
    .flatMap(({ document }) => Licences.parse(document).packages)
    .map(({ name, versionInfo = "", licenseConcluded, licenseDeclared }) => ({
      name,
      version: versionInfo,
      licence: chosen(licenseDeclared, licenseConcluded),
    }));
  await session.show(rows, () =>
    tableLines(
      [session.say("colName"), session.say("colVersion"), session.say("colLicence")],
      rows.map(({ name, version, licence }) => [name, version, licence]),
    ),
  );
  return 0;
};

const chosen = (...given: readonly (string | undefined)[]): string =>
  given.find((licence) => licence !== undefined && licence !== "NOASSERTION") ?? "NOASSERTION";
