import { SlipwayError } from "../../../contract/errors/index.ts";

const unreachable =
  /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|proxyconnect|server response:|: (?:403|404|410|429|5\d\d) |unexpected EOF|module lookup disabled/i;

/** Tells a module that could not be fetched, or was changed, from a program that does not compile. */
export const explainGoFailure = (thrown: unknown, group: string): unknown => {
  if (!(thrown instanceof SlipwayError) || thrown.code !== "BUILD_COMPILE_FAILED") return thrown;
  const output = thrown.detail ?? "";
  const lines = output.split("\n");
  if (/SECURITY ERROR|checksum mismatch/.test(output)) {
    const module = /verifying ([^:\s]+)/.exec(output)?.[1] ?? group;
    return SlipwayError.of(
      "BUILD_CHECKSUM_CHANGED",
      {
        name: module,
        expected: "another checksum (go.sum)",
        source: "the module proxy",
        actual: "different content",
        component: group,
      },
      { detail: output, cause: thrown },
    );
  }
  const line = lines.find((text) => unreachable.test(text));
  if (line === undefined) return thrown;
  return SlipwayError.of(
    "BUILD_SOURCE_UNREACHABLE",
    {
      component: group,
      source: "the Go module proxy",
      problem: line
        .trim()
        .replaceAll(/\/\/[^/@\s]*@/g, "//")
        .slice(0, 300),
    },
    { detail: output, cause: thrown },
  );
};
