import {
  decide,
  localCaller,
  permissions,
  roles,
  type AccessRule,
  type Caller,
  type Permission,
} from "@flotilla/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { grantOf } from "./grant.ts";

const callers = fc.record({
  role: fc.constantFrom(...roles),
  scopes: fc.option(fc.subarray([...permissions]), { nil: undefined }),
});
const wishes = fc.record({
  role: fc.constantFrom(...roles),
  scopes: fc.option(fc.subarray([...permissions], { minLength: 1, maxLength: 4 }), {
    nil: undefined,
  }),
});

function someone({ role, scopes }: { role: Caller["role"]; scopes: Permission[] | undefined }) {
  const caller: Caller = {
    ...localCaller,
    kind: "user",
    id: "u",
    name: "Ann",
    role,
    instance: false,
  };
  return scopes ? { ...caller, scopes } : caller;
}

test("whatever key somebody gets made, it may nothing that he may not", () => {
  fc.assert(
    fc.property(callers, wishes, (who, wish) => {
      const caller = someone(who);
      let scopes: Permission[] | null;
      try {
        scopes = grantOf(caller, [], wish);
      } catch (error) {
        expect(error).toMatchObject({ code: "forbidden" });
        return;
      }
      const key = someone({ role: wish.role, scopes: scopes ?? undefined });
      for (const permission of permissions) {
        if (!decide(key, permission).allowed) continue;
        expect(decide(caller, permission).allowed, permission).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("what a rule takes from somebody he cannot hand on by name", () => {
  const rule: AccessRule = {
    id: "rul_1",
    effect: "deny",
    who: { kind: "everyone" },
    permission: "agents.write",
    resource: "*",
    environment: null,
  };
  const admin = someone({ role: "admin", scopes: undefined });
  const wish = { role: "builder" as const, scopes: ["agents.write" as const] };
  expect(grantOf(admin, [], wish)).toEqual(["agents.write"]);
  expect(() => grantOf(admin, [rule], wish)).toThrow("may not give or take agents.write");
});
