/**
 * Makes or removes a lab by hand: `node test/lab/up.ts NAME MACHINES [VMS]`, `node test/lab/up.ts NAME down`,
 * `node test/lab/up.ts NAME`.
 */
import { createLab } from "../../installer/adapters/lab/lab.ts";
import { labFolders } from "./harness.ts";

const [name = "lab", machines, vms = "0"] = process.argv.slice(2);
const lab = createLab(labFolders);
const started = performance.now();
const onProgress = (progress: { text: { en: string }; machine?: string | undefined }) =>
  process.stderr.write(
    `${((performance.now() - started) / 1000).toFixed(1)} s ${progress.machine ?? ""} ${progress.text.en}\n`,
  );
try {
  if (machines === "down") await lab.down(name, { onProgress });
  else if (machines === undefined) console.log(JSON.stringify(await lab.status(name), undefined, 2));
  else {
    const request = { name, machines: Number(machines), vms: Number(vms), subnet: "10.99.0.0/24" };
    console.log(JSON.stringify(await lab.up(request, { onProgress }), undefined, 2));
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
