import * as z from "zod";
import { text } from "../../contract/text.ts";
import type { MachineFacts } from "../../contract/facts.ts";
import { definePhase, type StepContext } from "../../core/phase.ts";
import type { ReleaseImage } from "../../core/ports/release.ts";
import { imagesFor } from "../../core/runtime/images.ts";
import { inventory } from "../machine/inventory.ts";
import { releaseFor } from "../release.ts";
import { machineNames, theMachine } from "../targets.ts";
import { containerd } from "./containerd.ts";

/**
 * Lines `DIGEST NAME` come in on standard input; prints the names of images that containerd does not hold whole,
 * unpacked and pinned under that digest. Reads only.
 */
const look = `
ctr="timeout 20 /usr/local/bin/ctr --namespace k8s.io"
whole=$($ctr images check --quiet 2>/dev/null) || whole=
listed=$($ctr images list 2>/dev/null) || listed=
export whole listed
awk '
  BEGIN {
    rows = split(ENVIRON["listed"], row, "\\n")
    for (i = 2; i <= rows; i++) {
      split(row[i], f, " ")
      if (row[i] ~ /io\\.cri-containerd\\.pinned=pinned/) pinned[f[1] " " f[3]] = 1
    }
    rows = split(ENVIRON["whole"], row, "\\n")
    for (i = 1; i <= rows; i++) complete[row[i]] = 1
  }
  !(($2 " " $1) in pinned) || !($2 in complete) { print $2 }
'
`;

/**
 * Pulls the images named on standard input by the mirror rules of containerd's own folder, two at a time, and pins each.
 * An image that another pull has begun is not fetched twice: containerd locks by blob.
 */
const pull = `
xargs -r -P 2 -n 1 sh -c '
  /usr/local/bin/ctr --namespace k8s.io images pull --hosts-dir /etc/containerd/certs.d \\
    --label io.cri-containerd.pinned=pinned "$1" >/dev/null && echo "pulled $1"
' pull
`;

const imagesOf = async (
  context: Pick<StepContext<Record<string, never>>, "machine" | "target" | "cluster" | "ports">,
  facts: MachineFacts,
): Promise<readonly ReleaseImage[]> => imagesFor(await releaseFor(context, facts), theMachine(context).roles);

const missingImages = async (
  context: Pick<StepContext<Record<string, never>>, "machine" | "target" | "ports" | "signal">,
  images: readonly ReleaseImage[],
): Promise<readonly string[]> => {
  const { stdout } = await context.ports.remote.script(theMachine(context), look, {
    stdin: images.map(({ digest, name }) => `${digest} ${name}\n`).join(""),
    signal: context.signal,
  });
  return stdout.split("\n").filter((line) => line !== "");
};

/** Pulls the images that the machine's roles need ahead of time, and keeps containerd's garbage collection off them. */
export const images = definePhase({
  id: "runtime.images",
  title: text("Pull and pin images", "预拉取并固定镜像"),
  needs: { facts: inventory, runtime: containerd },
  output: z.object({ images: z.array(z.string()) }),
  effect: "changes",
  timeoutMs: 30 * 60_000,
  on: machineNames,
  async probe(context) {
    const wanted = await imagesOf(context, context.from.facts);
    const missing = await missingImages(context, wanted);
    if (missing.length === 0)
      return { state: "satisfied", output: { images: wanted.map(({ name }) => name) } };
    const names = missing.join(", ");
    return { state: "needed", why: text(`not there yet: ${names}`, `尚未就绪：${names}`) };
  },
  async apply(context) {
    const wanted = await imagesOf(context, context.from.facts);
    const missing = await missingImages(context, wanted);
    let done = 0;
    await context.ports.remote.script(theMachine(context), pull, {
      stdin: missing.map((name) => `${name}\n`).join(""),
      signal: context.signal,
      onOutput: (chunk, stream) => {
        if (stream !== "stdout") return;
        done += chunk.split("pulled ").length - 1;
        context.progress(Math.min(done, missing.length), missing.length, "items");
      },
    });
    return { images: wanted.map(({ name }) => name) };
  },
});
