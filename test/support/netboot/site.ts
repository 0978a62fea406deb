import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import koffi from "koffi";

const CLONE_NEWNET = 0x40000000;

/** Runs a program and gives what it printed; throws when it fails. */
export const run = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** A network of its own, with nothing beyond it: the calling thread, its sockets and its children live in it. */
export interface TestSite {
  readonly name: string;
  /** The bridge that all machines are plugged into; it has the address {@link SITE_ADDRESS}. */
  readonly bridge: string;
  /** Makes a namespace with one link into the site, for a server or a client that is another computer. */
  neighbour(name: string, address: string): Neighbour;
  close(): void;
}

/** Another computer of the site. */
export interface Neighbour {
  readonly namespace: string;
  readonly interface: string;
  /** What to put before a command so that it runs there. */
  readonly prefix: readonly string[];
}

/** Address of the computer that the boot services run on. */
export const SITE_ADDRESS = "10.77.0.1";

/** Makes the namespace `name` and moves the thread into it. Needs root. */
export const openSite = (name: string): TestSite => {
  const bridge = "br-site";
  const made: string[] = [];
  const make = (namespace: string): void => {
    run("ip", "netns", "add", namespace);
    made.push(namespace);
    run("ip", "-n", namespace, "link", "set", "lo", "up");
  };
  make(name);
  run("ip", "-n", name, "link", "add", bridge, "type", "bridge", "stp_state", "0", "forward_delay", "0");
  run("ip", "-n", name, "address", "add", `${SITE_ADDRESS}/24`, "dev", bridge);
  run("ip", "-n", name, "link", "set", bridge, "up");
  const leave = enter(`/run/netns/${name}`);
  return {
    name,
    bridge,
    neighbour: (short, address) => {
      const namespace = `${name}-${short}`;
      make(namespace);
      const link = `v-${short}`;
      run("ip", "-n", name, "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace);
      run("ip", "-n", name, "link", "set", link, "master", bridge, "up");
      if (address !== "") run("ip", "-n", namespace, "address", "add", `${address}/24`, "dev", "eth0");
      run("ip", "-n", namespace, "link", "set", "eth0", "up");
      return { namespace, interface: "eth0", prefix: ["ip", "netns", "exec", namespace] };
    },
    close: () => {
      leave();
      for (const namespace of made.toReversed()) run("ip", "netns", "delete", namespace);
    },
  };
};

/** Moves the calling thread into a network namespace; gives the way back. */
const enter = (path: string): (() => void) => {
  const setns = koffi.load("libc.so.6").func("int setns(int fd, int nstype)");
  const before = openSync("/proc/thread-self/ns/net", "r");
  const target = openSync(path, "r");
  const entered = Number(setns(target, CLONE_NEWNET));
  closeSync(target);
  if (entered !== 0) throw new Error(`cannot enter ${path}`);
  return () => {
    setns(before, CLONE_NEWNET);
    closeSync(before);
  };
};
