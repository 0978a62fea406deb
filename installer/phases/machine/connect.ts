import * as z from "zod";
import { text } from "../../contract/text.ts";
import { leavingAlive } from "../../core/cluster/leave-rules.ts";
import { definePhase, whereItRuns } from "../../core/phase.ts";
import { firstBoot } from "../metal/first-boot.ts";

/** Logs in to the machine. Everything else on it waits for this. */
export const connect = definePhase({
  id: "machine.connect",
  title: text("Log in over SSH", "通过 SSH 登录"),
  // A blank machine answers once its system is installed.
  needs: { installed: whereItRuns(firstBoot) },
  output: z.object({ hostKey: z.string(), user: z.string(), serverVersion: z.string() }),
  effect: "reads",
  timeoutMs: 30_000,
  on: (cluster, parameters) => [...cluster.machines, ...leavingAlive(parameters)].map(({ name }) => name),
  async probe({ machine, ports, signal, say }) {
    if (machine === undefined) throw new Error("machine.connect runs on machines only");
    const login = await ports.remote.login(machine, signal);
    if (login.firstSeen) {
      say(text(`host key ${login.hostKey} pinned on first use`, `首次连接，已固定主机密钥 ${login.hostKey}`));
    }
    return {
      state: "satisfied",
      output: { hostKey: login.hostKey, user: login.user, serverVersion: login.serverVersion },
    };
  },
});
