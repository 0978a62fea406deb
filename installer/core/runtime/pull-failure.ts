/** Words by which containerd tells that a registry was not there, or not to its end: nothing is wrong with what was asked. */
const passing =
  /connection (refused|reset)|i\/o timeout|TLS handshake timeout|unexpected EOF|: EOF$|no route to host|network is unreachable|deadline exceeded|\b50[0234]\b/im;

/** Why images were not pulled, in a line. */
export interface PullFailure {
  /** The last line in which ctr gives up on an image, or the last of all. */
  readonly problem: string;
  /**
   * True when every image failed for a reason that is likely to pass. containerd asks one registry after the other and
   * tells of the first that failed, which may be one that does not run yet.
   */
  readonly passing: boolean;
  /** True when the machine had no room for an image. */
  readonly diskFull: boolean;
}

/** Finds in ctr's output why images were not pulled. Pure. */
export const pullFailure = (output: string): PullFailure => {
  const lines = output.trim().split("\n");
  const told = lines.filter((line) => line.startsWith("ctr: "));
  return {
    problem: (told.at(-1) ?? lines.at(-1) ?? "").trim().slice(0, 300),
    diskFull: told.some((line) => /no space left on device/i.test(line)),
    passing: told.length > 0 && told.every((line) => passing.test(line)),
  };
};
