import { createHash } from "node:crypto";
import { request } from "node:https";
import type { FirstBoot, InstallEvent } from "../../installer/contract/metal/events.ts";
import type { MetalFacts } from "../../installer/contract/metal/facts.ts";

/** An answer of the engine's server for installers. */
export interface InstallerAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly text: string;
  /** `key value` lines. */
  readonly lines: ReadonlyMap<string, string>;
}

/** How an installer reaches the engine. */
export interface InstallerWish {
  readonly url: string;
  /** PEM of the site's CA, which the server must be certified by. */
  readonly ca: string;
  readonly token: string;
}

/** Speaks the protocol as the installer does, over HTTPS. */
export class InstallerClient {
  readonly #wish: InstallerWish;

  get token(): string {
    return this.#wish.token;
  }

  constructor(wish: InstallerWish) {
    this.#wish = wish;
  }

  ask(
    method: string,
    path: string,
    { body, headers = {} }: { body?: string | Buffer; headers?: Record<string, string> } = {},
  ): Promise<InstallerAnswer> {
    const { url, ca, token } = this.#wish;
    return new Promise((resolve, reject) => {
      const call = request(
        `${url}/metal/v1${path}`,
        { method, ca, agent: false, headers: { authorization: `Bearer ${token}`, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () => {
            const whole = Buffer.concat(chunks);
            const text = whole.toString("utf8");
            const lines = new Map(
              text.split("\n").flatMap((line): [string, string][] => {
                const at = line.indexOf(" ");
                return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
              }),
            );
            resolve({ status: response.statusCode ?? 0, body: whole, text, lines });
          });
        },
      );
      call.once("error", reject);
      call.end(body);
    });
  }

  hello(facts: MetalFacts): Promise<InstallerAnswer> {
    return this.ask("POST", "/hello", { body: JSON.stringify(facts) });
  }

  event(job: string, event: InstallEvent): Promise<InstallerAnswer> {
    return this.ask("POST", `/jobs/${job}/events`, { body: JSON.stringify(event) });
  }

  /** Says each step as begun and done. */
  async steps(job: string, ...steps: readonly InstallEvent["step"][]): Promise<void> {
    for (const step of steps) {
      await this.event(job, { step, outcome: "begin" });
      await this.event(job, { step, outcome: "ok" });
    }
  }

  firstBoot(job: string, said: FirstBoot): Promise<InstallerAnswer> {
    return this.ask("POST", `/jobs/${job}/first-boot`, { body: JSON.stringify(said) });
  }

  /** Fetches the image in two ranges and says whether it is the one of the plan. */
  async image(job: string, plan: ReadonlyMap<string, string>): Promise<boolean> {
    const size = Number(plan.get("image-size"));
    const half = Math.floor(size / 2);
    const parts = await Promise.all(
      [`bytes=0-${half - 1}`, `bytes=${half}-`].map((range) =>
        this.ask("GET", `/jobs/${job}/${plan.get("image-path")}`, { headers: { range } }),
      ),
    );
    const digest = createHash("sha256");
    for (const { status, body } of parts) {
      if (status !== 206) return false;
      digest.update(body);
    }
    return digest.digest("hex") === plan.get("image-sha256");
  }
}

/** A machine with one empty disk. */
export const blankFacts = (over: Partial<MetalFacts> = {}): MetalFacts => ({
  serial: "SN-0001",
  uuid: "4c4c4544-0000-1000-8000-000000000001",
  vendor: "Dell Inc.",
  product: "PowerEdge",
  firmware: "uefi",
  secureBoot: false,
  architecture: "x86_64",
  cpus: 4,
  memoryBytes: 8 * 2 ** 30,
  nics: [{ name: "enp0s2", mac: "52:54:00:77:00:01", driver: "virtio_net", link: true, speedMbit: 1000 }],
  disks: [blankDisk()],
  ...over,
});

/** A disk of 20 GB with nothing on it. */
export const blankDisk = (over: Partial<MetalFacts["disks"][number]> = {}): MetalFacts["disks"][number] => ({
  name: "vda",
  serial: "DISK-1",
  wwn: "",
  model: "virtio",
  byPath: "pci-0000:00:03.0",
  sizeBytes: 20_000_000_000,
  rotational: false,
  removable: false,
  readOnly: false,
  tableType: "",
  tableId: "",
  claim: "",
  signatures: [],
  ...over,
});
