import type { PolicyPreviewPage, ToolVerdict } from "@flotilla/api";
import type { PolicyVersion } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

const file = `rules:
  - effect: deny
    tool: pay_*
    note: Nobody pays.
  - effect: allow
    tool: pay_*
    when:
      args:
        - { path: $.amount, lessThan: 10 }
examples:
  - name: small sums
    call: { tool: pay_now, input: { amount: 5 } }
    expect: allow
`;

describe("policies", slow, () => {
  test("are tested, applied, exported as they are, and applied again without a change", async () => {
    const tested = await platform.flotilla(["policy", "test", "-f", "-"], { input: file });
    expect(tested).toMatchObject({ code: 0, stdout: "1 example in order.\n" });
    const apply = ["policy", "apply", "-f", "-", "--comment", "Small sums alone"];
    const applied = await platform.flotilla(apply, { input: file });
    expect(applied.stdout).toMatch(/at version \d+: 2 added, 0 changed, \d+ removed/);
    const { stdout: exported } = await platform.flotilla(["policy", "export"]);
    expect(exported).toContain("note: Nobody pays.");
    const again = await platform.flotilla(apply, { input: exported });
    expect(again.stdout).toBe(applied.stdout);
    const { stdout: shown } = await platform.flotilla(["policy"]);
    expect(shown).toMatch(/allow +pay_\* +every agent +all +\$\.amount < 10/);
  });

  test("that are wrong say where, and what an example came out as", async () => {
    const input = file.replace("effect: deny", "effect: never");
    const wrong = await platform.flotilla(["policy", "apply", "-f", "-"], { input });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("stdin:2:13: rules[0].effect");
    const broken = file.replace("lessThan: 10", "lessThan: 1");
    for (const command of ["test", "apply"]) {
      const refused = await platform.flotilla(["policy", command, "-f", "-"], { input: broken });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/small sums.*expect(s|ed) allow.*got deny/);
    }
  });

  test("say what would happen, and what would have", async () => {
    const { stdout } = await platform.flotilla([
      "policy",
      "decide",
      "pay_now",
      "--input",
      '{"amount":"5"}',
    ]);
    expect(stdout).toMatch(/^deny: a rule denies pay_\*/);
    expect(stdout).toMatch(/no {6}trl_\w+ allow: cannot be told: \$\.amount < 10/);
    const verdict = await ask<ToolVerdict>(
      "policy",
      "decide",
      "pay_now",
      "--input",
      '{"amount":5}',
    );
    expect(verdict).toMatchObject({
      effect: "allow",
      trace: [{ outcome: "decides" }, { outcome: "later" }],
    });
    const args = ["policy", "preview", "-f", "-", "--runs", "5", "--json"];
    const previewed = await platform.flotilla(args, { input: file });
    expect((JSON.parse(previewed.stdout) as PolicyPreviewPage).items).toEqual([]);
  });

  test("are compared, and gone back to", async () => {
    const [first] = (await ask<{ items: PolicyVersion[] }>("policy", "versions")).items;
    const none = await platform.flotilla(["policy", "apply", "-f", "-"], { input: "rules: []\n" });
    expect(none.stdout).toContain("2 removed");
    const { stdout: diff } = await platform.flotilla([
      "policy",
      "diff",
      String((first?.version ?? 0) + 1),
    ]);
    expect(diff).toContain("- allow pay_* of every agent, where $.amount < 10");
    const { stdout } = await platform.flotilla(["policy", "restore", String(first?.version)]);
    expect(stdout).toContain("2 added");
    const { stdout: versions } = await platform.flotilla(["policy", "versions"]);
    expect(versions).toContain(`Back to version ${first?.version}`);
    await platform.flotilla(["policy", "apply", "-f", "-"], { input: "rules: []\n" });
  });
});
