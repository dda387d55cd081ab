import { expect, test } from "vitest";
import { runCommand } from "../command.ts";
import { access } from "./access.ts";
import { durability } from "./durability.ts";
import { fleet } from "./fleet.ts";
import { people } from "./people.ts";
import { tools } from "./tools.ts";
import { web } from "./web.ts";

interface Line {
  claim: string;
  ok: boolean;
}

async function acceptance(...args: string[]) {
  const answer = await runCommand([process.execPath, "e2e/acceptance/main.ts", ...args]);
  const lines = answer.stdout.split("\n").filter(Boolean);
  return { ...answer, lines };
}

test.each(Object.entries({ durability, fleet, access, people, tools, web }))(
  "every claim of %s holds, at the small scale",
  async (suite, claims) => {
    const { code, lines, stderr } = await acceptance(suite, "--scale", "small", "--jobs", "3");
    const verdicts = lines.map((line) => JSON.parse(line) as Line);
    expect(verdicts.filter(({ ok }) => !ok).map((verdict) => JSON.stringify(verdict))).toEqual([]);
    const proved = verdicts.map(({ claim }) => claim).toSorted();
    expect(proved, stderr).toEqual(claims.map(({ name }) => name).toSorted());
    expect(code).toBe(0);
  },
  1_200_000,
);

test("an unknown suite, claim or scale is named", async () => {
  const attempts = [["speed"], ["durability", "--only", "luck"], ["durability", "--scale", "huge"]];
  for (const args of attempts) {
    const { code, stderr } = await acceptance(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(args.length === 1 ? "Name one suite." : `"${args.at(-1)}" is none of`);
  }
});
