/** Why a spec's version does not go with the one that runs. */
export type VersionSkew = "downgrade" | "minor-skipped" | "differs";

const numbersOf = (version: string): readonly number[] => version.replace(/^v/, "").split(".").map(Number);

/** Compares versions such as v1.37.1 by their numbers. */
const compare = (one: string, other: string): number => {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
};

/**
 * What is wrong with making a cluster that runs `running` into one of `wanted`: kubeadm goes up one minor version at a
 * time and never down (https://kubernetes.io/releases/version-skew-policy/). Undefined when they are the same.
 */
export const versionSkew = (running: string, wanted: string): VersionSkew | undefined => {
  const order = compare(wanted, running);
  if (order === 0) return undefined;
  if (order < 0) return "downgrade";
  const [[major = 0, minor = 0], [wantedMajor = 0, wantedMinor = 0]] = [
    numbersOf(running),
    numbersOf(wanted),
  ];
  return wantedMajor > major || wantedMinor > minor + 1 ? "minor-skipped" : "differs";
};
