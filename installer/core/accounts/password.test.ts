import { describe, expect, test } from "vitest";
import { lockedUntil, NAME_RULE } from "./lock-out.ts";
import { checkNewPassword } from "./password.ts";

describe("a new password", () => {
  test.each([
    ["eleven char", "PASSWORD_SHORT"],
    ["一二三四五六七八九十一", "PASSWORD_SHORT"],
    ["my Alice is here", "PASSWORD_LIKE_NAME"],
    ["P@ssw0rd!!!!!!", "PASSWORD_COMMON"],
    ["Administrator2026!", "PASSWORD_COMMON"],
    ["abcabcabcabcabc", "PASSWORD_COMMON"],
    ["0123456789:;<=", "PASSWORD_COMMON"],
    ["1qaz2wsx3edc", "PASSWORD_COMMON"],
  ])("%j is refused with %s", (password, code) => {
    expect(() => checkNewPassword(password, "alice")).toThrow(expect.objectContaining({ code }));
  });

  test.each(["correct weather battery", "四条腿的桌子在屋顶上跳舞", "kX9!vv2-pLq0"])(
    "%j is taken",
    (password) => {
      expect(() => checkNewPassword(password, "alice")).not.toThrow();
    },
  );
});

describe("a lock", () => {
  test("comes after five wrong attempts and doubles up to a quarter of an hour", () => {
    const seconds = [4, 5, 6, 7, 10, 11, 1000].map((count) => {
      const until = lockedUntil({ count, lastAt: 0 }, NAME_RULE);
      return until === undefined ? undefined : until / 1000;
    });
    expect(seconds).toEqual([undefined, 15, 30, 60, 480, 900, 900]);
  });
});
