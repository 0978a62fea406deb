import { spawn } from "node:child_process";
import type { Enrolment } from "../../contract/accounts.ts";
import type { ConsoleStatus } from "../../contract/api/console.ts";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { Action } from "../command.ts";
import { timeText } from "../output/time.ts";
import type { Session } from "../session.ts";
import { grantsFrom, grantsText } from "./grants.ts";

/** `console [open]`. */
export const openConsole: Action = async (session, input) => {
  const client = await session.runningEngine();
  const found = await client?.console.status();
  if (found === undefined || !found.listening) {
    throw SlipwayError.of("CONSOLE_OFF", { data: session.places.data });
  }
  await session.show(found, () => statusLines(found, session));
  const [address] = found.addresses;
  if (address !== undefined && input.options["print"] !== true && session.format === "table") {
    openOnDesktop(address, session);
  }
  return 0;
};

const statusLines = (found: ConsoleStatus, session: Session): string[] => [
  ...found.addresses.map((address) => session.say("consoleAt", { address: session.paint.strong(address) })),
  ...(found.authority === undefined
    ? []
    : [session.say("consoleAuthority", { fingerprint: found.authority.fingerprint })]),
  ...(found.certificate === undefined
    ? []
    : [session.say("consoleUntil", { until: timeText(found.certificate.notAfter) })]),
  ...(found.ui === "absent" ? [session.paint.warn(session.say("consoleUiAbsent"))] : []),
  ...(found.setup === "needed"
    ? [session.say("consoleSetup", { command: `\`${session.command("console enrol")}\`` })]
    : []),
];

/** Opens the browser where there is a desktop for one; that it cannot be opened is no failure. */
const openOnDesktop = (address: string, { environment }: Session): void => {
  const { env, stdout } = environment;
  const desktop =
    process.platform !== "linux" || env["DISPLAY"] !== undefined || env["WAYLAND_DISPLAY"] !== undefined;
  if (!desktop || stdout.isTTY !== true) return;
  const opener = { darwin: "open", win32: "explorer" }[process.platform as "darwin"] ?? "xdg-open";
  const child = spawn(opener, [address], { detached: true, stdio: "ignore" });
  child.once("error", () => {});
  child.unref();
};

/** `console enrol` and `user add`. */
export const enrol: Action = async (session, input) => {
  const client = await session.engine();
  const [name] = input.args;
  const { setup } = await client.console.status();
  const grants = grantsFrom(input, setup === "needed" ? "administrator" : "viewer");
  const made = await client.users.invite(name === undefined ? { grants } : { name, grants });
  await session.show(made, () => linkLines(made, session));
  return 0;
};

/** A link, for people. */
export const linkLines = (made: Enrolment, session: Session): string[] => [
  session.say("linkFor", {
    user: made.user ?? session.say("linkAnybody"),
    role: grantsText(made.grants, session),
    until: timeText(made.expiresAt),
  }),
  ...(made.links.length > 0
    ? made.links
    : [made.path, session.paint.warn(session.say("noEngineConsole", { data: session.places.data }))]),
];
