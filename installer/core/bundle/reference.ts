/** Whether a version that somebody wrote names this one: exactly, or as its series (`1.37` names 1.37.0 and 1.37.1). */
export const namesVersion = (written: string, version: string): boolean =>
  written === version || version.startsWith(`${written}.`);

/** The newest of some versions, by their numbers: 1.37.10 is newer than 1.37.9. */
export const newestVersion = (versions: readonly string[]): string | undefined =>
  versions.toSorted((one, other) => one.localeCompare(other, "en", { numeric: true })).at(-1);
