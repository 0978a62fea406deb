import { expect, test } from "vitest";
import { pageIn, pageOf } from "./links.ts";

test.each([
  ["slipway://clusters/site-a", "/clusters/site-a"],
  ["slipway://operations/op-0123456789/", "/operations/op-0123456789"],
  ["slipway://", "/"],
  ["slipway:///machines", "/machines"],
])("the link %s leads to %s", (link, page) => expect(pageOf(link)).toBe(page));

test.each([
  "https://clusters/site-a",
  "slipway://clusters/../../etc/passwd%00",
  "slipway://clusters/%2e%2e/x y",
  "slipway://user@clusters",
  "slipway://clusters:80/a",
  "slipway://clusters/<script>",
  "javascript:alert(1)",
  "clusters",
])("%s is no link of ours", (link) => expect(pageOf(link)).toBeUndefined());

test("a link shows and does nothing: what pages read instructions from is left out", () => {
  expect(pageOf("slipway://bundles?import=/etc/passwd#now")).toBe("/bundles");
});

test("the first link of a command line counts", () => {
  expect(pageIn(["/opt/Slipway/slipway", "--data=/x", "slipway://about", "slipway://users"])).toBe("/about");
  expect(pageIn(["/opt/Slipway/slipway", "file:///x"])).toBeUndefined();
});
