import type { Credential } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

const secret = "ghp_from-stdin-0123456789";
const set = ["credentials", "set", "github", "--hosts", "api.github.com,*.github.com"];

describe("credentials", slow, () => {
  test("take their secret from stdin, and show it never again", async () => {
    const made = await platform.flotilla([...set, "--description", "for issues"], {
      input: `${secret}\n`,
    });
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/hosts +api\.github\.com, \*\.github\.com/);
    const shown = await ask<Credential>("credentials", "show", "github");
    expect(shown).toMatchObject({
      kind: "header",
      version: 1,
      description: "for issues",
      binding: { headers: ["authorization"], query: [] },
      keyId: expect.stringMatching(/^local:/) as string,
    });
    const { stdout } = await platform.flotilla(["credentials"]);
    expect(stdout).toMatch(/github +header +1 +\S+/);
    expect(JSON.stringify(shown) + stdout + made.stdout + made.stderr).not.toContain(secret);
    expect(await ask("credentials", "uses", "github")).toEqual({ items: [] });
  });

  test("of a provider are tried, and kept whatever comes of it", async () => {
    const line = ["credentials", "set", "models", "--provider", "simulated"];
    const made = await platform.flotilla([...line, "--json"], { input: "sk-simulated-0123456789" });
    expect(JSON.parse(made.stdout)).toMatchObject({ provider: "simulated", test: { ok: true } });
    const tested = await platform.flotilla(["credentials", "test", "models"]);
    expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining("taken") as string });
    await platform.flotilla(["credentials", "remove", "models", "--yes"]);
  });

  test("are refused without a host, a secret or a confirmation", async () => {
    const refusals = await Promise.all([
      platform.flotilla(["credentials", "set", "x"], { input: secret }),
      platform.flotilla(set),
      platform.flotilla([...set, "--methods", "TRACE"], { input: secret }),
      platform.flotilla(["credentials", "remove", "github"]),
      platform.flotilla([...set, "--secret", secret]),
    ]);
    expect(refusals.map(({ code }) => code)).toEqual([64, 64, 64, 64, 64]);
    const short = await platform.flotilla(set, { input: "short" });
    expect(short).toMatchObject({ code: 1, stderr: expect.stringContaining("secret") as string });
  });

  test("are under the vault's current key, and stay so by a rotation", async () => {
    expect((await platform.flotilla(["vault"])).stdout).toMatch(/local:\w+ +1 secret +current/);
    expect(await ask("vault", "rotate")).toEqual({ rewrapped: 0, failed: 0 });
    await ask("credentials", "remove", "github", "--yes");
    expect(await ask("credentials")).toMatchObject({ items: [] });
  });
});
