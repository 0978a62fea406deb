/** A hardware address as `52:54:00:12:34:56`: lower case, six bytes. The name of a machine before it has any other. */
export type Mac = string;

/** Six bytes as a hardware address; undefined for any other length. */
export const macOf = (bytes: Uint8Array): Mac | undefined =>
  bytes.length === 6 ? Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":") : undefined;

/** Reads `aa:bb:..`, `AA-BB-..` or GRUB's and PXELINUX's `01-aa-bb-..`; undefined for anything else. */
export const parseMac = (text: string): Mac | undefined => {
  const plain = text.toLowerCase().replaceAll("-", ":");
  const six = /^01(?::[0-9a-f]{2}){6}$/.test(plain) ? plain.slice(3) : plain;
  return /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(six) ? six : undefined;
};

/** The six bytes of a hardware address. */
export const macBytes = (mac: Mac): Uint8Array =>
  Uint8Array.from(mac.split(":"), (byte) => Number.parseInt(byte, 16));
