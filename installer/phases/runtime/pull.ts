import { SlipwayError } from "../../core/contract.ts";
import type { StepContext } from "../../core/phase.ts";
import type { ReleaseImage } from "../../core/ports/release.ts";
import { pullFailure } from "../../core/runtime/pull-failure.ts";
import { theMachine } from "../targets.ts";

/**
 * Lines `DIGEST NAME` come in on standard input; prints the names of images that containerd does not hold whole,
 * unpacked and pinned under that digest. Reads only.
 */
const look = `
ctr="timeout 20 /usr/local/bin/ctr --namespace k8s.io"
listed=$($ctr images list 2>/dev/null) || listed=
whole=
# Checking takes a while, and is of no use on a machine that holds nothing yet.
case $listed in *io.cri-containerd.pinned=pinned*) whole=$($ctr images check --quiet 2>/dev/null) || whole= ;; esac
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

type Step = Pick<StepContext<Record<string, never>>, "machine" | "target" | "ports" | "signal" | "progress">;

/** Names of the images that the machine does not hold whole, unpacked and pinned. Changes nothing. */
export const missingImages = async (
  { machine, target, ports, signal }: Omit<Step, "progress">,
  images: readonly ReleaseImage[],
): Promise<readonly string[]> => {
  const { stdout } = await ports.remote.script(theMachine({ machine, target }), look, {
    stdin: images.map(({ digest, name }) => `${digest} ${name}\n`).join(""),
    signal,
  });
  return stdout.split("\n").filter((line) => line !== "");
};

/** What xargs ends with when one of its commands failed. */
const SOME_FAILED = 123;

/** Pulls what is missing of the images and pins it. Rejects with IMAGES_INTERRUPTED, IMAGES_NOT_PULLED or REMOTE_DISK_FULL. */
export const pullImages = async (step: Step, images: readonly ReleaseImage[]): Promise<void> => {
  const missing = await missingImages(step, images);
  const machine = theMachine(step);
  let done = 0;
  const { code, stdout, stderr } = await step.ports.remote.script(machine, pull, {
    expect: [0, SOME_FAILED],
    stdin: missing.map((name) => `${name}\n`).join(""),
    signal: step.signal,
    onOutput: (chunk, stream) => {
      if (stream !== "stdout") return;
      done += chunk.split("pulled ").length - 1;
      step.progress(Math.min(done, missing.length), missing.length, "items");
    },
  });
  if (code === 0) return;
  const { problem, passing, diskFull } = pullFailure(stderr);
  const site = { machine: machine.name, detail: `${stdout}\n${stderr}` };
  if (diskFull) {
    throw SlipwayError.of(
      "REMOTE_DISK_FULL",
      { path: "/var/lib/containerd", endpoint: machine.address },
      site,
    );
  }
  throw SlipwayError.of(
    passing ? "IMAGES_INTERRUPTED" : "IMAGES_NOT_PULLED",
    { machine: machine.name, problem },
    site,
  );
};
