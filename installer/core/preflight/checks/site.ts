import { text } from "../../contract.ts";
import { overlaps, parseBlock, subnetsOf } from "../../net/ipv4.ts";
import { problem, warning, type Finding, type SiteCheck, type SiteInput } from "../check.ts";
import { clockLimitMs, nodePrefix } from "../limits.ts";

interface Clock {
  readonly machine: string;
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
}

const clocksOf = ({ facts }: SiteInput): Clock[] =>
  [...facts].flatMap(([machine, { time }]) =>
    time.offsetMs === null
      ? []
      : [{ machine, offsetMs: time.offsetMs, uncertaintyMs: time.uncertaintyMs ?? 0 }],
  );

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

const signed = (ms: number): string => `${ms > 0 ? "+" : ""}${Math.round(ms)} ms`;

const clockSpread: SiteCheck = {
  id: "clock-offset",
  scope: "site",
  title: text("Clocks of the machines agree", "各机器时钟一致"),
  severity: "blocks",
  needs: ["time"],
  why: text(
    `Certificates made now must be valid on every machine at once, and leases are counted in seconds: at most ${clockLimitMs} ms apart.`,
    `现在签发的证书必须立刻在所有机器上有效，租约又以秒计：时钟相差不得超过 ${clockLimitMs} ms。`,
  ),
  remedy: text(
    "Let all machines follow one time source (chrony on the appliance will do), then check again.",
    "请让所有机器使用同一时间源（可用本设备上的 chrony），然后重新检查。",
  ),
  passed: text(`within ${clockLimitMs} ms`, `相差不超过 ${clockLimitMs} ms`),
  run(input) {
    const clocks = clocksOf(input);
    const unmeasured = [...input.facts.keys()]
      .filter((machine) => !clocks.some((clock) => clock.machine === machine))
      .map((machine) => warning(text("could not be measured", "未能测得"), machine));
    const middle = median(clocks.map(({ offsetMs }) => offsetMs));
    return [...unmeasured, ...clocks.flatMap((clock) => judgeClock(clock, clocks, middle))];
  },
};

/** A machine is at fault when it is the farther one, from the middle of all, of a pair that is too far apart. */
const judgeClock = (clock: Clock, all: readonly Clock[], middle: number): Finding[] => {
  const distance = (other: Clock): number => Math.abs(other.offsetMs - clock.offsetMs);
  const farthest = all.reduce((best, other) => (distance(other) > distance(best) ? other : best), clock);
  if (distance(farthest) <= clockLimitMs) return [];
  if (Math.abs(clock.offsetMs - middle) < clockLimitMs / 2) return [];
  const uncertainty = clock.uncertaintyMs + farthest.uncertaintyMs;
  const apart = Math.round(distance(farthest));
  const found = text(
    `${apart} ms from ${farthest.machine} (${signed(clock.offsetMs)} from the appliance, +-${Math.round(uncertainty)} ms)`,
    `与 ${farthest.machine} 相差 ${apart} ms（与本设备相差 ${signed(clock.offsetMs)}，误差 ±${Math.round(uncertainty)} ms）`,
  );
  return [
    distance(farthest) - uncertainty > clockLimitMs
      ? problem(found, clock.machine)
      : warning(found, clock.machine),
  ];
};

const applianceClock: SiteCheck = {
  id: "appliance-clock",
  scope: "site",
  title: text("Clock of the appliance agrees with the machines", "本设备的时钟与各机器一致"),
  severity: "warns",
  needs: ["time"],
  why: text(
    "The appliance signs the site's certificates and serves time: when it is the odd one out, it pulls the others along.",
    "本设备签发现场证书并提供时间；若只有它不准，会把其他机器一并带偏。",
  ),
  remedy: text("Set the appliance's clock before going on.", "请先校准本设备的时钟，再继续。"),
  passed: text("agrees", "一致"),
  run(input) {
    const clocks = clocksOf(input);
    if (clocks.length === 0) return [];
    const middle = median(clocks.map(({ offsetMs }) => offsetMs));
    const best = Math.min(...clocks.map(({ uncertaintyMs }) => uncertaintyMs));
    if (Math.abs(middle) - best <= clockLimitMs) return [];
    const found = text(
      `the machines are ${signed(middle)} from the appliance`,
      `各机器与本设备相差 ${signed(middle)}`,
    );
    return [problem(found)];
  },
};

/** Above what a machine drifts by in months without a time source, below a time zone. */
const pastLimitMs = 5 * 60_000;

const applianceClockPast: SiteCheck = {
  id: "appliance-clock-past",
  scope: "site",
  title: text("Clock of the appliance is not behind the machines'", "本设备的时钟没有落后于各机器"),
  severity: "blocks",
  needs: ["time"],
  why: text(
    "The machines follow the appliance: all of them would be set back in time, and what they signed would not be valid yet.",
    "各机器以本设备的时间为准：它们的时钟都会被拨回，此前签发的内容将变为尚未生效。",
  ),
  remedy: text(
    "Set the appliance's clock before going on. Where it is the machines that are wrong, waive this check.",
    "请先校准本设备的时钟。如果确实是各机器的时间有误，请放行此检查。",
  ),
  passed: text("not behind", "没有落后"),
  run(input) {
    const clocks = clocksOf(input);
    const ahead = clocks.filter(({ offsetMs, uncertaintyMs }) => offsetMs - uncertaintyMs > pastLimitMs);
    // One machine alone proves nothing: its own clock may as well be the wrong one.
    if (ahead.length < 2 || ahead.length * 2 <= clocks.length) return [];
    const middle = median(ahead.map(({ offsetMs }) => offsetMs));
    if (ahead.some(({ offsetMs }) => Math.abs(offsetMs - middle) > pastLimitMs)) return [];
    const found = text(
      `${ahead.length} of ${clocks.length} machines agree that it is ${Math.round(middle / 1000)} s behind`,
      `${clocks.length} 台机器中有 ${ahead.length} 台一致显示它落后 ${Math.round(middle / 1000)} 秒`,
    );
    return [problem(found)];
  },
};

const networksApart: SiteCheck = {
  id: "networks-apart",
  scope: "site",
  title: text("Pod and service networks are apart", "Pod 与 Service 网段互不重叠"),
  severity: "blocks",
  needs: [],
  why: text(
    "An address in both would be a pod and a service at once.",
    "重叠的地址会同时是 Pod 和 Service。",
  ),
  remedy: text("Choose ranges that do not overlap.", "请选用互不重叠的网段。"),
  passed: text("apart", "互不重叠"),
  run({ cluster: { network } }) {
    const [pods, services] = [parseBlock(network.pods), parseBlock(network.services)];
    if (pods === undefined || services === undefined || !overlaps(pods, services)) return [];
    return [problem(text(`${network.pods} / ${network.services}`, `${network.pods} / ${network.services}`))];
  },
};

const podNetworkSize: SiteCheck = {
  id: "pod-network-size",
  scope: "site",
  title: text("Pod network has room for every machine", "Pod 网段足够分配给所有机器"),
  severity: "blocks",
  needs: [],
  why: text(
    `Each node takes a /${nodePrefix} out of it, for good.`,
    `每个节点固定占用其中一个 /${nodePrefix}。`,
  ),
  remedy: text(
    "Choose a larger network.pods; it cannot be changed later.",
    "请选用更大的 network.pods；以后无法更改。",
  ),
  passed: text("enough", "足够"),
  run({ cluster }) {
    const block = parseBlock(cluster.network.pods);
    const room = block === undefined ? 0 : subnetsOf(block, nodePrefix);
    const nodes = cluster.machines.length;
    const found = text(
      `${cluster.network.pods} has room for ${room} nodes, the spec has ${nodes}`,
      `${cluster.network.pods} 可容纳 ${room} 个节点，规格中有 ${nodes} 个`,
    );
    if (room < nodes) return [problem(found)];
    return room < nodes * 2 ? [warning(found)] : [];
  },
};

const oddControlPlanes: SiteCheck = {
  id: "etcd-members-odd",
  scope: "site",
  title: text("An odd number of control planes", "控制平面数量为奇数"),
  severity: "warns",
  needs: [],
  why: text(
    "An even number survives no more failures than one less, and has one more machine that can fail.",
    "偶数个控制平面能承受的故障数与少一个时相同，却多了一台可能出故障的机器。",
  ),
  remedy: text("Use 1, 3 or 5.", "请使用 1、3 或 5 个。"),
  passed: text("odd, or none", "为奇数，或没有"),
  run({ cluster }) {
    const count = cluster.machines.filter(({ roles }) => roles.includes("control-plane")).length;
    return count === 0 || count % 2 === 1 ? [] : [problem(text(String(count), String(count)))];
  },
};

/** Checks of clocks and of the spec against the site. */
export const siteChecks: readonly SiteCheck[] = [
  clockSpread,
  applianceClock,
  applianceClockPast,
  networksApart,
  podNetworkSize,
  oddControlPlanes,
];
