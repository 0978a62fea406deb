import { readFile } from "node:fs/promises";
import ssh2 from "ssh2";
import { SlipwayError } from "../../contract/errors/index.ts";
import type { LoginKeys } from "../../core/ports/metal.ts";
import type { Secrets } from "../../core/ports/secrets.ts";

/** Public halves of the key that a machine's spec names, or else of the keys of the engine's own user. */
export const createLoginKeys = (parts: {
  readonly secrets: Pick<Secrets, "resolve">;
  /** Files with private keys that are tried when the spec names none. */
  readonly defaultKeys: readonly string[];
}): LoginKeys => ({
  async publicKeys({ name: machine, ssh }) {
    if (ssh?.privateKey !== undefined) {
      const passphrase =
        ssh.passphrase === undefined ? undefined : await parts.secrets.resolve(ssh.passphrase);
      const line = publicLine(await parts.secrets.resolve(ssh.privateKey), passphrase);
      if (line !== undefined) return [line];
      throw SlipwayError.of("METAL_NO_KEY", { machine, problem: ssh.privateKey });
    }
    const found = await Promise.all(
      parts.defaultKeys.map(async (path) => {
        const text = await readFile(`${path}.pub`, "utf8").catch(() => "");
        return text.trim();
      }),
    );
    const lines = found.filter((line) => line !== "");
    if (lines.length === 0) throw SlipwayError.of("METAL_NO_KEY", { machine, problem: "ssh.privateKey" });
    return lines;
  },
});

const publicLine = (privateKey: string, passphrase: string | undefined): string | undefined => {
  const parsed = ssh2.utils.parseKey(privateKey, passphrase);
  if (parsed instanceof Error) return undefined;
  return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`;
};
