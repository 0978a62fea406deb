import type { RegistryStatus } from "../../contract/api/registry.ts";
import type { Action } from "../command.ts";
import { timeText } from "../output/time.ts";
import type { Session } from "../session.ts";

/** `registry status`. */
export const status: Action = async (session) => {
  const client = await session.engine();
  const found = await client.registry.status();
  await session.show(found, () => [
    ...registryLines(found, session),
    ...found.bundles.flatMap(({ name, version, images }) => [
      `${name} ${version}`,
      ...images.map((image) => `  ${image}`),
    ]),
  ]);
  return found.state === "failing" || found.state === "no-program" ? 1 : 0;
};

/** `registry ca`: the certificate that clients of the registry must trust. */
export const authority: Action = async (session) => {
  const client = await session.engine();
  const found = await client.registry.authority();
  await session.show(found, () => [found.certificate.trimEnd()]);
  return 0;
};

/** The registry in a few lines. */
export const registryLines = (found: RegistryStatus, session: Session): string[] => {
  const { state, problem, bundles, addresses, pid, startedAt, restarts, certificate, content } = found;
  const paint = state === "failing" || state === "no-program" ? session.paint.bad : session.paint.strong;
  const images = bundles.reduce((sum, bundle) => sum + bundle.images.length, 0);
  return [
    session.say("registryLine", {
      state: paint(session.say(`registry.${state}`)),
      images,
      bundles: bundles.length,
    }),
    ...(problem === undefined ? [] : [problem[session.language]]),
    ...addresses.map((address) => session.say("registryAt", { address })),
    ...(pid === undefined || startedAt === undefined
      ? []
      : [session.say("registryProgram", { pid, since: timeText(startedAt), restarts })]),
    ...(certificate === undefined
      ? []
      : [
          session.say("registryCertificate", {
            until: timeText(certificate.notAfter),
            file: certificate.file,
          }),
        ]),
    ...(content.copied === 0
      ? []
      : [session.paint.warn(session.say("registryCopied", { count: content.copied }))]),
  ];
};
