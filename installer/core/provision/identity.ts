import { tarHeader, tarPadding, TAR_TRAILER_BYTES } from "../bundle/tar.ts";
import { networkFiles, type NetworkWish } from "./network-files.ts";

/** What makes an installed machine itself. None of it is a secret but the token, which is good for one call only. */
export interface IdentityWish extends NetworkWish {
  readonly hostname: string;
  /** Public keys, one a line, as in authorized_keys. */
  readonly authorizedKeys: readonly string[];
  readonly engine: {
    readonly url: string;
    readonly ca: string;
    readonly token: string;
    readonly job: string;
  };
}

const encoder = new TextEncoder();

/** The tar that the installer unpacks under identity/: the same wish gives the same bytes. */
export const identityTar = (wish: IdentityWish): Uint8Array => {
  const { url, ca, token, job } = wish.engine;
  const files = [
    { name: "hostname", content: `${wish.hostname}\n` },
    // Empty: systemd makes one at the first start and keeps it.
    { name: "machine-id", content: "" },
    { name: "authorized_keys", content: `${wish.authorizedKeys.join("\n")}\n` },
    { name: "engine.conf", content: `engine ${url}\ntoken ${token}\njob ${job}\n` },
    { name: "site-ca.pem", content: ca },
    ...networkFiles(wish).map(({ name, content }) => ({ name: `network/${name}`, content })),
  ];
  return tarOf(files.map(({ name, content }) => ({ name, bytes: encoder.encode(content) })));
};

const tarOf = (files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Uint8Array => {
  const parts = files.flatMap(({ name, bytes }) => [
    tarHeader(name, bytes.length),
    bytes,
    new Uint8Array(tarPadding(bytes.length)),
  ]);
  const all = [...parts, new Uint8Array(TAR_TRAILER_BYTES)];
  const whole = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
