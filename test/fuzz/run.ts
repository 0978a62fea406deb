/** `npm run fuzz <name> [seed]`: runs one fuzzer of this folder. */
const NAMES = ["bundle", "build", "netboot"];

const [name = ""] = process.argv.slice(2);
if (NAMES.includes(name)) {
  await import(`./${name}.ts`);
} else {
  process.stderr.write(`usage: npm run fuzz <name> [seed]\nnames: ${NAMES.join(", ")}\n`);
  process.exitCode = 2;
}
