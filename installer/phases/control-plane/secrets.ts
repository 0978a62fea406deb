import * as z from "zod";
import { SecretRef } from "../../contract/spec/access.ts";
import { text } from "../../contract/text.ts";
import { encryptionKeyIn } from "../../core/cluster/api-server.ts";
import { kubernetesPaths } from "../../core/cluster/paths.ts";
import { APPLIANCE } from "../../core/contract.ts";
import { definePhase, everyMachine } from "../../core/phase.ts";
import { assertOneCluster, knownControlPlane, membership } from "../cluster/membership.ts";
import { preflightAdmission } from "../preflight/admission.ts";

const letters = "0123456789abcdefghijklmnopqrstuvwxyz";

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

/** Letters of a bootstrap token; 36 does not divide 256, so bytes beyond the last whole multiple are drawn again. */
const randomText = (count: number): string => {
  let drawn = "";
  while (drawn.length < count) {
    for (const byte of randomBytes(count))
      if (byte < 252 && drawn.length < count) drawn += letters[byte % 36];
  }
  return drawn;
};

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** Names of a cluster's secrets in the store. */
export const secretNames = (cluster: { readonly name: string }) => ({
  bootstrapToken: `cluster.${cluster.name}.bootstrap-token`,
  certificateKey: `cluster.${cluster.name}.certificate-key`,
  encryptionKey: `cluster.${cluster.name}.encryption-key`,
  kubeconfig: `cluster.${cluster.name}.kubeconfig`,
});

const Output = z.object({
  bootstrapToken: SecretRef,
  certificateKey: SecretRef,
  encryptionKey: SecretRef,
});

const reference = (name: string): string => `secret:${name}`;

const outputOf = (cluster: { readonly name: string }): z.output<typeof Output> => {
  const names = secretNames(cluster);
  return {
    bootstrapToken: reference(names.bootstrapToken),
    certificateKey: reference(names.certificateKey),
    encryptionKey: reference(names.encryptionKey),
  };
};

/**
 * Makes the cluster's own secrets, or takes them over: the key that encrypts secrets at rest is what the control planes
 * already use, whatever this appliance remembers, for another one could not read what is there.
 */
export const clusterSecrets = definePhase({
  id: "control-plane.secrets",
  title: text("Make the cluster's keys and tokens", "生成集群密钥与令牌"),
  needs: { members: everyMachine(membership), admitted: preflightAdmission },
  output: Output,
  effect: "changes",
  timeoutMs: 60_000,
  on: () => [APPLIANCE],
  async probe({ cluster, from, ports, signal }) {
    assertOneCluster(from.members);
    const { bootstrapToken, certificateKey, encryptionKey } = secretNames(cluster);
    const known = new Set((await ports.secrets.list()).map(({ name }) => name));
    const missing = [bootstrapToken, certificateKey, encryptionKey].filter((name) => !known.has(name));
    if (missing.length > 0) {
      const names = missing.join(", ");
      return { state: "needed", why: text(`not in the secrets store: ${names}`, `机密存储中没有：${names}`) };
    }
    const member = knownControlPlane(cluster, from.members);
    if (member !== undefined) {
      const content = await ports.remote.readFile(member, kubernetesPaths.encryption, signal);
      const inUse = content === undefined ? undefined : encryptionKeyIn(content);
      if (inUse !== undefined && inUse !== (await ports.secrets.get(encryptionKey))) {
        return {
          state: "needed",
          why: text("the cluster uses another encryption key", "集群正在使用另一个加密密钥"),
        };
      }
    }
    return { state: "satisfied", output: outputOf(cluster) };
  },
  async apply({ cluster, from, ports, signal }) {
    const { bootstrapToken, certificateKey, encryptionKey } = secretNames(cluster);
    const known = new Set((await ports.secrets.list()).map(({ name }) => name));
    const member = knownControlPlane(cluster, from.members);
    const content =
      member === undefined
        ? undefined
        : await ports.remote.readFile(member, kubernetesPaths.encryption, signal);
    const inUse = content === undefined ? undefined : encryptionKeyIn(content);
    if (inUse !== undefined) await ports.secrets.set(encryptionKey, inUse);
    else if (!known.has(encryptionKey)) await ports.secrets.set(encryptionKey, base64(randomBytes(32)));
    if (!known.has(bootstrapToken)) {
      await ports.secrets.set(bootstrapToken, `${randomText(6)}.${randomText(16)}`);
    }
    if (!known.has(certificateKey)) await ports.secrets.set(certificateKey, hex(randomBytes(32)));
    return outputOf(cluster);
  },
});
