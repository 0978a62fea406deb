/** Words by which kubeadm's libraries tell that somebody did not answer in time: nothing is wrong with what was asked. */
const passing =
  /request canceled|Client\.Timeout|deadline exceeded|connection (refused|reset)|i\/o timeout|TLS handshake timeout|etcdserver: (request timed out|leader changed|too many requests)|unexpected EOF|http2: client connection lost|the server (was unable|is currently unable)/i;

/** What kubeadm gave up on, in a line. */
export interface KubeadmFailure {
  /** The last line that calls itself an error, or the last of all. */
  readonly problem: string;
  /** True when the cause is likely to pass by itself, so that the same call may be made again. */
  readonly passing: boolean;
}

/** Finds in kubeadm's output what it gave up on. Pure. */
export const kubeadmFailure = (output: string): KubeadmFailure => {
  const lines = output.trim().split("\n");
  const told = lines.findLast((line) => /^(error|\s*\[ERROR )/i.test(line)) ?? lines.at(-1) ?? "";
  return { problem: told.trim().slice(0, 200), passing: passing.test(told) };
};
