import { expect, test } from "vitest";
import { fakeCrash, fakeProblem } from "../crash/fake-bootstrap.ts";

/** `npm run crash -- --fakes` looks behind every event; here it is every so many, another one of each kind. */
const EVERY = 97;

test("a bootstrap whose engine is killed behind an event goes on by itself, and changes nothing twice", async () => {
  const calm = await fakeCrash(undefined);
  expect(calm).toMatchObject({ outcome: "succeeded", repeated: [], unfinished: [] });
  expect(calm.changes.length).toBeGreaterThan(50);
  expect(calm.changes, "one machine leaves, which destroys what it holds").toContain("leave.clean@n5");
  for (let boundary = 3; boundary <= calm.events; boundary += EVERY) {
    const problem = fakeProblem(await fakeCrash(boundary), calm);
    expect(problem, `killed behind event ${boundary}`).toBeUndefined();
  }
});
