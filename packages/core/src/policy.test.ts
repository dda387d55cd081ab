import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localCaller, type Caller } from "./caller.ts";
import { matchesGlob } from "./glob.ts";
import { permissions, type Permission } from "./permission.ts";
import { decide, type AccessRule, type RuleSubject } from "./policy.ts";
import { mayGive, rolePermissions, roles, type Role } from "./role.ts";

function member(role: Role, changed: Partial<Caller> = {}): Caller {
  return {
    kind: "user",
    id: "ann",
    name: "Ann",
    organisation: "acme",
    environment: "prod",
    role,
    instance: false,
    ...changed,
  };
}

let made = 0;
function rule(
  effect: "allow" | "deny",
  who: RuleSubject,
  permission: Permission,
  resource = "*",
  environment: AccessRule["environment"] = null,
): AccessRule {
  return { id: `rule-${++made}`, effect, who, permission, resource, environment };
}

const everyone = { kind: "everyone" } as const;
const ann = { kind: "user", id: "ann" } as const;

describe("decide", () => {
  it("asks the role where there is no rule", () => {
    expect(decide(member("viewer"), "agents.read").allowed).toBe(true);
    expect(decide(member("viewer"), "agents.write")).toEqual({
      allowed: false,
      reason: "the role viewer does not have agents.write",
    });
  });

  it("lets one person alone run an agent", () => {
    const rules = [
      rule("deny", everyone, "agents.run", "refunds"),
      rule("allow", ann, "agents.run", "refunds"),
    ];
    const bob = member("operator", { id: "bob" });
    expect(decide(member("viewer"), "agents.run", rules, "refunds").allowed).toBe(true);
    expect(decide(bob, "agents.run", rules, "refunds").allowed).toBe(false);
    expect(decide(bob, "agents.run", rules, "other").allowed).toBe(true);
  });

  it("takes the longer resource, then the environment, then the deny", () => {
    const longer = [
      rule("deny", everyone, "tools.use", "http_*"),
      rule("allow", everyone, "tools.use", "http_get*"),
    ];
    expect(decide(member("operator"), "tools.use", longer, "http_get").allowed).toBe(true);
    const inProd = [
      rule("allow", everyone, "tools.use", "shell"),
      rule("deny", everyone, "tools.use", "shell", "prod"),
    ];
    expect(decide(member("operator"), "tools.use", inProd, "shell").allowed).toBe(false);
    const inDev = member("operator", { environment: "dev" });
    expect(decide(inDev, "tools.use", inProd, "shell").allowed).toBe(true);
    const tie = [
      rule("allow", everyone, "tools.use", "shell"),
      rule("deny", everyone, "tools.use", "shell"),
    ];
    expect(decide(member("operator"), "tools.use", tie, "shell").allowed).toBe(false);
  });

  it("lets a route pass when some resource may be allowed, and only then", () => {
    const allowed = [rule("allow", ann, "agents.run", "refunds")];
    expect(decide(member("viewer"), "agents.run", allowed).allowed).toBe(true);
    expect(decide(member("viewer", { id: "bob" }), "agents.run", allowed).allowed).toBe(false);
    const denied = [rule("deny", everyone, "agents.run", "refunds")];
    expect(decide(member("operator"), "agents.run", denied).allowed).toBe(true);
    const all = [rule("deny", everyone, "agents.run")];
    expect(decide(member("operator"), "agents.run", all).allowed).toBe(false);
  });

  it("never lets a key do more than its scopes, whatever role and rules say", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...permissions),
        fc.constantFrom(...roles),
        fc.subarray([...permissions]),
        (permission, role, scopes) => {
          const key = member(role, { kind: "key", scopes });
          const rules = [rule("allow", everyone, permission)];
          if (scopes.includes(permission)) return;
          expect(decide(key, permission, rules, "x").allowed).toBe(false);
        },
      ),
    );
  });

  it("keeps what concerns the instance to its home organisation", () => {
    expect(decide(member("owner"), "fleet.steer").allowed).toBe(false);
    expect(decide(member("operator", { organisation: "default" }), "fleet.steer").allowed).toBe(
      true,
    );
    expect(decide(localCaller, "fleet.steer").allowed).toBe(true);
  });

  it("binds no owner by rules, so that nobody locks himself out", () => {
    const rules = [rule("deny", everyone, "rules.write")];
    expect(decide(member("owner"), "rules.write", rules, "*").allowed).toBe(true);
    expect(decide(member("admin"), "rules.write", rules, "*").allowed).toBe(false);
  });
});

describe("roles", () => {
  it("let nobody give more than he has", () => {
    expect(mayGive("admin", "owner")).toBe(false);
    expect(mayGive("operator", "builder")).toBe(false);
    expect(mayGive("owner", "owner")).toBe(true);
    for (const role of roles) expect(mayGive(role, "viewer")).toBe(true);
  });

  it("keep approving apart from building", () => {
    expect(rolePermissions.builder.has("interrupts.answer")).toBe(false);
    expect(rolePermissions.approver.has("agents.write")).toBe(false);
  });
});

describe("matchesGlob", () => {
  it("agrees with the same pattern as a regular expression", () => {
    const piece = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
    fc.assert(
      fc.property(piece, text, (glob, subject) => {
        const expression = new RegExp(`^${glob.replaceAll("*", ".*")}$`);
        expect(matchesGlob(glob, subject)).toBe(expression.test(subject));
      }),
    );
  });
});
