import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../installer/adapters/journal/open.ts";
import { openLog } from "../installer/adapters/log/pino-log.ts";
import { openSecrets } from "../installer/adapters/secrets/open-secrets.ts";
import { SlipwayError, text, toWire } from "../installer/core/contract.ts";
import { createRedactor } from "../installer/core/redact.ts";
import { secretForms } from "../installer/core/secret-forms.ts";
import { FakeClock } from "./fakes/clock.ts";
import { sampleOperation, temporaryFolder } from "./support/journal-samples.ts";
import { expectNoSecretIn, findSecretsIn } from "./support/no-secret.ts";

test("no byte that the engine wrote gives a registered secret away, whatever form it came in", async () => {
  using folder = temporaryFolder();
  const password = 'S3cr"et/päss wörd+?';
  const key = Array.from({ length: 6 }, (_, n) => `line ${n} of a private key that is long`).join("\n");
  const clock = new FakeClock();
  const redactor = createRedactor();
  const log = openLog({ file: { path: join(folder.path, "engine.log") }, level: "debug", redactor });
  const secrets = await openSecrets({ path: join(folder.path, "secrets.json"), redactor, clock });
  await secrets.set("password", password);
  await secrets.set("key", key);
  const journal = await openJournal({ path: join(folder.path, "journal.db"), clock, log, redactor });
  const { id } = await journal.create(sampleOperation(1));
  const step = { phase: "machine.connect", machine: "m1" };
  for (const form of [...secretForms(password), ...secretForms(key)]) {
    const error = toWire(SlipwayError.of("INTERNAL", { problem: `said ${form}` }, { detail: form }));
    await Promise.all([
      journal.append(id, { type: "step.said", step, text: text(`got ${form}`, form) }),
      journal.append(id, { type: "step.ended", step, outcome: "applied", durationMs: 1, output: [{ form }] }),
      journal.append(id, { type: "step.ended", step, outcome: "failed", durationMs: 1, error }),
    ]);
    log.error({ error, form, nested: { deep: [form] } }, `failed: ${form}`);
  }
  await journal.copy();
  // With the write-ahead log and after it has been folded in.
  expectNoSecretIn(folder.path, [password, key]);
  await journal.close();
  log.close();
  expectNoSecretIn(folder.path, [password, key]);
  expect(findSecretsIn(folder.path, ["machine.connect"]).length).toBeGreaterThanOrEqual(2);
});
