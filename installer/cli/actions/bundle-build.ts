import { writeFile } from "node:fs/promises";
import type { BuildEvent, BuildReport } from "../../contract/api/bundle-build.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import { optionText, type Action, type Input } from "../command.ts";
import { tableLines } from "../output/table.ts";
import { bytesText, durationText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { absolute, architecturesOf, listOf, sizeOf } from "./bundle-locations.ts";
import { wholeNumber } from "./operation.ts";
import { followWork, INTERRUPTED, type WorkDisplay } from "./work.ts";

const kinds = ["go", "apt", "oci", "url", "npm", "maven", "pypi"] as const;
type MirrorKind = (typeof kinds)[number];

/** Mirrors by SLIPWAY_MIRROR_KIND of the operator's environment; `--mirror` wins. Throws USAGE. */
const mirrorsOf = ({ environment: { env } }: Session, input: Input): Partial<Record<MirrorKind, string>> => {
  const mirrors: Partial<Record<MirrorKind, string>> = {};
  for (const kind of kinds) {
    const value = env[`SLIPWAY_MIRROR_${kind.toUpperCase()}`];
    if (value !== undefined && value !== "") mirrors[kind] = value;
  }
  for (const part of listOf(optionText(input, "mirror")) ?? []) {
    const [name = "", ...rest] = part.split("=");
    const kind = kinds.find((known) => known === name);
    if (kind === undefined || rest.length === 0) {
      throw SlipwayError.of("USAGE", { problem: `--mirror ${part}: ${kinds.join("=..., ")}=...` });
    }
    mirrors[kind] = rest.join("=");
  }
  return mirrors;
};

const recipesOf = (session: Session, input: Input) => {
  const recipes = optionText(input, "recipes");
  return {
    mirrors: mirrorsOf(session, input),
    ...(recipes === undefined ? {} : { recipes: absolute(recipes) }),
  };
};

/** `bundle build`. */
export const build: Action = async (session, input) => {
  const [release, limit] = ["release", "cacheLimit"].map((name) => optionText(input, name));
  const prefer = optionText(input, "prefer");
  const only = listOf(optionText(input, "only"));
  const optional = listOf(optionText(input, "with"));
  const parallel = wholeNumber(input, "parallel");
  const request = {
    architectures: architecturesOf(optionText(input, "arch")) ?? (["amd64"] as const).slice(),
    ...recipesOf(session, input),
    ...(release === undefined ? {} : { release }),
    ...(only === undefined ? {} : { only }),
    ...(optional === undefined ? {} : { with: optional }),
    ...(prefer === "upstream" || prefer === "source" ? ({ prefer } as const) : {}),
    ...(parallel === undefined ? {} : { parallel }),
    ...(limit === undefined ? {} : { cacheLimitBytes: sizeOf(limit, "--cache-limit") }),
  };
  const client = await session.engine();
  const shown = buildDisplay(session);
  const report = await followWork(
    session,
    (signal) => client.bundles.build(request, { signal }),
    (item, display) => {
      if (item.kind === "done") return { result: item.result };
      shown(item.event, display);
      return undefined;
    },
  );
  if (report === undefined) return INTERRUPTED;
  const file = optionText(input, "report");
  if (file !== undefined) await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
  await session.show(report, () => reportLines(report, session));
  return 0;
};

/** Shows what each event means; keeps what is under way to draw it below the total. */
const buildDisplay = (session: Session): ((event: BuildEvent, display: WorkDisplay) => void) => {
  const running = new Map<string, string>();
  let [done, total] = [0, 0];
  return (event, display) => {
    const line = eventLine(event, session);
    if (line !== undefined) display.line(line);
    if (event.kind === "planned") ({ total } = event);
    if (event.kind === "begun") running.set(event.component, event.component);
    if (event.kind === "line") running.set(event.component, `${event.component}: ${event.text}`);
    if (event.kind === "ended") {
      ({ done, total } = event);
      running.delete(event.component);
    }
    display.update({ stage: "build", done, total, unit: "items" }, [...running.values()]);
  };
};

const eventLine = (event: BuildEvent, session: Session): string | undefined => {
  switch (event.kind) {
    case "planned": {
      const { cached, toBuild, seconds, diskBytes, downloadBytes } = event.estimate;
      return session.say("buildPlanned", {
        total: event.total,
        cached,
        toBuild,
        time: durationText(seconds * 1000),
        disk: bytesText(diskBytes),
        download: bytesText(downloadBytes),
      });
    }
    case "begun":
      return session.say("buildBegun", event);
    case "line":
      return undefined;
    case "note":
      return session.paint.warn(`${event.component}: ${event.text[session.language]}`);
    case "ended": {
      const { component, outcome } = event;
      const [took, size] = [durationText(event.seconds * 1000), bytesText(event.bytes)];
      if (outcome === "built") return session.say("buildBuilt", { component, took, size });
      if (outcome === "cached") return session.say("buildCached", { component, size });
      return session.paint.bad(session.say("buildFailed", { component, took }));
    }
  }
};

const reportLines = (report: BuildReport, session: Session): string[] => [
  ...report.components.flatMap(({ component, skipped, origin }) =>
    skipped.map(({ source, error }) =>
      session.paint.warn(session.say("buildSkipped", { component, source, code: error.code, origin })),
    ),
  ),
  session.say("buildDone", {
    version: report.version,
    arch: report.architectures.join(", "),
    blobs: report.blobs,
    size: bytesText(report.bytes),
    took: durationText(report.seconds * 1000),
    digest: report.index,
  }),
];

/** `bundle lock --update`. */
export const lock: Action = async (session, input) => {
  const client = await session.engine();
  const architectures = architecturesOf(optionText(input, "arch"));
  const request = {
    names: listOf(optionText(input, "update")) ?? [],
    ...recipesOf(session, input),
    ...(architectures === undefined ? {} : { architectures }),
  };
  const found = await followWork(
    session,
    (signal) => client.bundles.lock(request, { signal }),
    (item, display) => {
      if (item.kind === "done") return { result: item.result };
      display.line(item.text);
      return undefined;
    },
  );
  if (found === undefined) return INTERRUPTED;
  await session.show(found, () =>
    found.length === 0
      ? [session.say("lockSame")]
      : tableLines(
          [session.say("colName"), session.say("colArch"), session.say("colBefore"), session.say("colAfter")],
          found.map(({ name, architecture, before, after }) => [
            name,
            architecture,
            before === "" ? "-" : before,
            after,
          ]),
        ),
  );
  return 0;
};
