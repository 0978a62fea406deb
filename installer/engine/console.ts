import { hostname } from "node:os";
import { join } from "node:path";
import { systemClock } from "../adapters/clock/system-clock.ts";
import type { EngineSettings } from "../cli/engine-settings.ts";
import type { ConsoleStatus } from "../contract/api/console.ts";
import type { Log, Redactor, Secrets, SiteCa } from "../core/ports/index.ts";
import type { EngineServices } from "../rpc/services.ts";
import type { AccountsService } from "../services/accounts/types.ts";
import type { AuditService } from "../services/audit.ts";
import type { OpenedWeb } from "./console-web.ts";
import { deferred } from "./deferred.ts";
import type { EngineHost } from "./run.ts";

/** What accounts, audit and console are composed from. */
export interface ConsoleHost {
  readonly settings: EngineSettings;
  readonly host: EngineHost;
  readonly secrets: Secrets;
  readonly siteCa: SiteCa;
  readonly redactor: Redactor;
  readonly log: Log;
}

/** Accounts and audit, loaded when they are first needed, and the console, which listens only when that was asked for. */
export interface ComposedConsole {
  readonly services: Pick<EngineServices, "accounts" | "audit" | "console">;
  /** Begins to listen; does nothing without a setting for it. Rejects with CONSOLE_LISTEN_FAILED. */
  listen(services: EngineServices): Promise<void>;
  /** Stops listening and ends what is connected. */
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;

/** Half an hour without a call, twelve hours in any case. */
const limitsOf = ({ env }: EngineHost): { idleMs: number; longestMs: number } => ({
  idleMs: Number(env["SLIPWAY_SESSION_IDLE_SECONDS"] ?? 0) * 1000 || 30 * MINUTE_MS,
  longestMs: Number(env["SLIPWAY_SESSION_SECONDS"] ?? 0) * 1000 || 12 * 60 * MINUTE_MS,
});

/** Joins accounts, audit log and web server. */
export const composeConsole = (parts: ConsoleHost): ComposedConsole => {
  const { settings, host, secrets, siteCa, redactor, log } = parts;
  const closing = new AsyncDisposableStack();
  let web: OpenedWeb | undefined;

  const accounts = once(async (): Promise<AccountsService> => {
    const [{ openAccounts }, { createCredentials }, { createAccounts }] = await Promise.all([
      import("../adapters/accounts/open.ts"),
      import("../adapters/accounts/credentials.ts"),
      import("../services/accounts/accounts.ts"),
    ]);
    const store = await openAccounts(join(settings.data, "accounts.db"));
    closing.defer(() => store.close());
    return createAccounts({
      store,
      credentials: createCredentials(hostname()),
      secrets,
      clock: systemClock,
      limits: limitsOf(host),
      addresses: () => web?.addresses() ?? [],
    });
  });
  const audit = once(async (): Promise<AuditService> => {
    const [{ openAudit }, { createAudit }] = await Promise.all([
      import("../adapters/audit/open.ts"),
      import("../services/audit.ts"),
    ]);
    const opened = await openAudit({ path: join(settings.data, "audit.db"), secrets, clock: systemClock });
    closing.defer(() => opened.close());
    const warn = (problem: string): void =>
      log.error({ problem }, "the end of an action is not in the audit log");
    const service = createAudit({ log: opened, clock: systemClock, redactor, warn });
    await service.recover();
    return service;
  });
  const laterAudit = deferred(audit);
  const status = async (): Promise<ConsoleStatus> => {
    const { authorityView } = await import("./console-web.ts");
    const setup = await (await accounts()).setup();
    const authority = authorityView(await siteCa.certificate());
    return web === undefined
      ? { listening: false, addresses: [], ui: "absent", setup, authority }
      : { ...(await web.status()), setup, authority };
  };

  return {
    services: {
      accounts: deferred(accounts),
      audit: {
        begin: (subject) => laterAudit.begin(subject),
        note: (subject, failure) => laterAudit.note(subject, failure),
        recover: () => laterAudit.recover(),
        list: (filter) => laterAudit.list(filter),
        verify: () => laterAudit.verify(),
        export: async function* (format) {
          yield* (await audit()).export(format);
        },
      },
      console: { status },
    },
    async listen(services) {
      const listen = settings.listen ?? host.env["SLIPWAY_LISTEN"];
      if (listen === undefined || listen === "") return;
      const { openWeb } = await import("./console-web.ts");
      const loaded = await accounts();
      await audit();
      web = await openWeb({ ...services, accounts: loaded }, { ...parts, listen });
      const { announce } = await import("./console-words.ts");
      process.stderr.write(announce(await status(), await loaded.firstLink(), process.stderr.isTTY));
    },
    async close() {
      await web?.close();
      await closing.disposeAsync();
    },
  };
};

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
};
