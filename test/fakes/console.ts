import type { ConsoleStatus } from "../../installer/contract/api/console.ts";
import { toWire } from "../../installer/contract/errors/index.ts";
import { SlipwayError } from "../../installer/contract/errors/index.ts";
import type { AccountsService } from "../../installer/services/accounts/types.ts";
import type { AuditService, AuditSubject } from "../../installer/services/audit.ts";

/** One line of the fake log: what was begun, noted, or ended with which code. */
export interface FakeAuditLine extends AuditSubject {
  readonly what: "begun" | "ended" | "noted";
  readonly reason: string | undefined;
}

/** An audit log in an array. */
export const fakeAudit = (): AuditService & { readonly lines: FakeAuditLine[] } => {
  const lines: FakeAuditLine[] = [];
  const add = (subject: AuditSubject, what: FakeAuditLine["what"], failure?: unknown): void => {
    lines.push({ ...subject, what, reason: failure === undefined ? undefined : toWire(failure).code });
  };
  return {
    lines,
    begin: async (subject) => {
      add(subject, "begun");
      return { end: async (failure) => add(subject, "ended", failure) };
    },
    note: async (subject, failure) => add(subject, "noted", failure),
    recover: () => Promise.resolve(),
    list: () => Promise.resolve([]),
    verify: () => Promise.resolve({ whole: true, entries: 0, head: "", anchored: 0, findings: [] }),
    export: async function* () {
      const checkpoint = { entries: 0, head: "", at: 0, key: "", signature: "" };
      yield { kind: "done", entries: 0, checkpoint };
    },
  };
};

/** Accounts that nobody has. */
export const noAccounts = new Proxy({} as AccountsService, {
  get: (_target, name) => () =>
    Promise.reject(SlipwayError.of("FEATURE_ABSENT", { feature: String(name), problem: "a fake" })),
});

/** A console that does not listen. */
export const noConsole: { status(): Promise<ConsoleStatus> } = {
  status: () => Promise.resolve({ listening: false, addresses: [], ui: "absent", setup: "needed" }),
};
