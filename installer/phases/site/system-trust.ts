import * as z from "zod";
import { text } from "../../contract/text.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { rememberFunction } from "../../core/runtime/host-record.ts";
import { machinePaths } from "../../core/runtime/paths.ts";
import { ready } from "../cluster/ready.ts";
import { machineNames, theMachine } from "../targets.ts";
import { trust } from "./trust.ts";

const anchors = `
if command -v update-ca-certificates >/dev/null 2>&1; then
  anchor=/usr/local/share/ca-certificates/slipway-site-ca.crt tool=update-ca-certificates
  seen=/etc/ssl/certs/slipway-site-ca.pem
elif command -v update-ca-trust >/dev/null 2>&1; then
  anchor=/etc/pki/ca-trust/source/anchors/slipway-site-ca.crt tool=update-ca-trust seen=$anchor
else
  echo none
  exit 0
fi
`;

/** `$1` is the CA's file. Prints `trusted`, `absent`, or `none` where the system has no trust store. */
const look = `${anchors}
if cmp -s "$1" "$anchor" && [ -e "$seen" ]; then echo trusted; else echo absent; fi
`;

const add = `${anchors}
${rememberFunction}
set -e
remember "$anchor"
mkdir -p "\${anchor%/*}"
cp "$1" "$anchor.slipway-new"
chmod 644 "$anchor.slipway-new"
mv -f "$anchor.slipway-new" "$anchor"
"$tool" >/dev/null
echo trusted
`;

const Output = z.object({ store: z.enum(["trusted", "none"]) });

/**
 * Adds the site's CA to the system's own trust store, for the operator's tools. Slipway's parts name the CA's file
 * themselves, so nothing waits for this, and it comes when the cluster is ready: it takes a processor for seconds.
 */
export const systemTrust = definePhase({
  id: "site.system-trust",
  title: text("Add the site's CA to the system's trust store", "将站点 CA 加入系统信任库"),
  needs: { trusted: trust, ready: everyMachine(ready) },
  output: Output,
  effect: "changes",
  timeoutMs: 120_000,
  on: machineNames,
  async probe(context) {
    const { stdout } = await context.ports.remote.script(theMachine(context), look, {
      args: [machinePaths.siteCa],
      signal: context.signal,
    });
    const found = Output.shape.store.safeParse(stdout.trim());
    return found.success
      ? { state: "satisfied", output: { store: found.data } }
      : { state: "needed", why: text("the system does not trust the site's CA", "系统尚未信任站点 CA") };
  },
  async apply(context) {
    const { stdout } = await context.ports.remote.script(theMachine(context), add, {
      args: [machinePaths.siteCa],
      signal: context.signal,
    });
    return { store: Output.shape.store.parse(stdout.trim()) };
  },
});
