/**
 * The path of a boot file below its tree, from what a client asked for; undefined when it could lead out of it. Firmware
 * asks with and without a leading slash, with doubled slashes and, on some, with backslashes.
 */
export const treePath = (asked: string): string | undefined => {
  // Nothing of ours has such a name, and control characters in it would reach logs.
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (asked.length > 512 || /[\u0000-\u001f\u007f]/.test(asked)) return undefined;
  const parts = asked
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? undefined : parts.join("/");
};
