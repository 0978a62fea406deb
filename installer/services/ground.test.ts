import { describe, expect, test } from "vitest";
import { fakeEngine } from "../../test/fakes/engine.ts";
import { World, worldCluster, worldWorkflow } from "../../test/fakes/world.ts";

/** An engine whose one operation on the cluster `world` is under way. */
const busyEngine = async () => {
  const engine = fakeEngine({ workflows: [worldWorkflow(new World(() => 60_000))] });
  const { id } = await engine.operations.start({ workflow: "world", cluster: worldCluster(3), by: "first" });
  return { ...engine, id };
};

describe("a second apply of a cluster that is being worked on", () => {
  test("with the same spec is told which operation does it already", async () => {
    const { operations, id } = await busyEngine();
    const again = operations.start({ workflow: "world", cluster: worldCluster(3), by: "second" });
    await expect(again).rejects.toMatchObject({ code: "OPERATION_UNDER_WAY", params: { running: id } });
    await operations.shutdown();
  });

  test("with a changed spec is refused with the operation's id, and the running one keeps its own", async () => {
    const { operations, id } = await busyEngine();
    const changed = operations.start({ workflow: "world", cluster: worldCluster(4), by: "second" });
    await expect(changed).rejects.toMatchObject({ code: "OPERATION_CONFLICT", params: { running: id } });
    expect((await operations.get(id)).cluster.machines).toHaveLength(3);
    expect(await operations.list({})).toHaveLength(1);
    await operations.shutdown();
  });
});
