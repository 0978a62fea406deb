import { expect, test } from "vitest";
import { fakeKubeApi } from "../../test/fakes/kube-api.ts";
import { SlipwayError } from "../contract/errors/index.ts";
import type { KubeObject } from "../core/ports/kube.ts";
import { createKube } from "./kube.ts";

const pod = (name: string, resourceVersion = "1"): KubeObject => ({
  metadata: { name, namespace: "default", resourceVersion },
});
const serviceOn = (api: ReturnType<typeof fakeKubeApi>) =>
  createKube({ api, care: { kubeconfig: async () => "" }, clock: { now: () => 0 } });

const PODS = "/api/v1/pods";

test("a watch goes on from where the last one ended, and asks anew when the API has forgotten that place", async () => {
  const api = fakeKubeApi();
  api.lists.set(PODS, [
    { items: [pod("a")], resourceVersion: "5" },
    { items: [pod("z")], resourceVersion: "90" },
  ]);
  api.watches.push(
    [
      { type: "ADDED", object: pod("b", "6") },
      { type: "BOOKMARK", object: { metadata: { resourceVersion: "8" } } },
    ],
    [{ type: "DELETED", object: pod("a", "9") }],
    [{ type: "ERROR", object: {} }],
  );
  const ending = new AbortController();
  const feed = await serviceOn(api).watch("site-a", "pods", ending.signal);
  const seen: string[] = [];
  for await (const change of feed) {
    seen.push(
      change.kind === "all"
        ? `all ${change.rows.map(({ name }) => name).join()}`
        : change.kind === "set"
          ? `set ${change.row.name}`
          : `gone ${change.id}`,
    );
    if (seen.length === 4) break;
  }
  ending.abort();
  expect(seen).toEqual(["all a", "set b", "gone default/a", "all z"]);
  expect(api.asked.map((line) => line.replace(/.*resourceVersion=/, "from "))).toEqual([
    `list ${PODS}`,
    "from 5",
    "from 8",
    "from 9",
    `list ${PODS}`,
  ]);
});

test("a line that breaks is made again; a cluster that does not come back is told", async () => {
  const api = fakeKubeApi();
  const silent = SlipwayError.of("KUBE_API_SILENT", { cluster: "site-a", problem: "ECONNRESET" });
  api.lists.set(PODS, [
    { items: [], resourceVersion: "1" },
    { items: [pod("b")], resourceVersion: "2" },
  ]);
  api.watches.push(silent);
  const feed = await serviceOn(api).watch("site-a", "pods", new AbortController().signal);
  await feed.next();
  expect(await feed.next()).toMatchObject({ value: { kind: "all", rows: [{ name: "b" }] } });
  await feed.return();
  const gone = fakeKubeApi();
  await expect(serviceOn(gone).watch("site-a", "pods", new AbortController().signal)).rejects.toMatchObject({
    code: "KUBE_OBJECT_GONE",
  });
});

test("changes are patches of the one field they are about", async () => {
  const api = fakeKubeApi();
  const kube = serviceOn(api);
  const { signal } = new AbortController();
  const web = { cluster: "site-a", namespace: "shop", name: "web" };
  await kube.scale("deployments", web, { replicas: 0, signal });
  await kube.restart("daemonsets", web, signal);
  await kube.cordon({ cluster: "site-a", name: "n1" }, "refuse", signal);
  expect(api.patches).toEqual([
    { path: "/apis/apps/v1/namespaces/shop/deployments/web", patch: { spec: { replicas: 0 } } },
    {
      path: "/apis/apps/v1/namespaces/shop/daemonsets/web",
      patch: {
        spec: {
          template: {
            metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "1970-01-01T00:00:00.000Z" } },
          },
        },
      },
    },
    { path: "/api/v1/nodes/n1", patch: { spec: { unschedulable: true } } },
  ]);
});

test("an object is shown without what the API notes for itself, and a log from its end", async () => {
  const path = "/api/v1/namespaces/shop/pods/web";
  const api = fakeKubeApi({
    [path]: { metadata: { name: "web", ...{ managedFields: [1] } }, spec: { nodeName: "n1" } },
  });
  const kube = serviceOn(api);
  const { signal } = new AbortController();
  const yaml = await kube.yaml("pods", { cluster: "site-a", namespace: "shop", name: "web" }, signal);
  expect(yaml).toBe("metadata:\n  name: web\nspec:\n  nodeName: n1\n");
  const request = {
    cluster: "site-a",
    namespace: "shop",
    pod: "web",
    follow: "yes",
    previous: "no",
    lines: 7,
  } as const;
  const pieces: string[] = [];
  for await (const { text } of await kube.logs(request, signal)) pieces.push(text);
  expect(pieces).toEqual(["one\n", "two\n"]);
  expect(api.asked.at(-1)).toBe(`text ${path}/log?tailLines=7&follow=true`);
});
