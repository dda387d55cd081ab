import type { Connection } from "@flotilla/core";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

const secret = "a-password-from-stdin-0123";
const add = ["connections", "add"];
const mail = [...add, "work", "--kind", "mail", "--address", "ann@example.com"];
const servers = ["--imap", "imap.example.com:993", "--smtp", "smtp.example.com:587"];

describe("connections", slow, () => {
  test("take their secret from stdin, and show it never again", async () => {
    const made = await platform.flotilla([...mail, ...servers, "--user", "ann"], { input: secret });
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toMatch(/opened by +credential connection-work/);
    const shown = await ask<Connection>("connections", "show", "work");
    expect(shown.settings).toEqual({
      kind: "mail",
      address: "ann@example.com",
      imap: { host: "imap.example.com", port: 993, security: "tls" },
      smtp: { host: "smtp.example.com", port: 587, security: "starttls" },
    });
    const { stdout } = await platform.flotilla(["connections"]);
    expect(stdout).toMatch(/work +mail +- +imap\.example\.com:993, smtp\.example\.com:587/);
    expect(JSON.stringify(shown) + stdout + made.stdout).not.toContain(secret);
    await ask("connections", "remove", "work", "--yes");
    expect(await ask("credentials")).toMatchObject({ items: [] });
  });

  test("of all kinds are tested, and the test says why it was not let in", async () => {
    const database = ["--server", "127.0.0.1:1/none", "--database", "d", "--user", "u"];
    const line = [...add, "db", "--kind", "database", ...database, "--writable"];
    expect(await platform.flotilla(line, { input: secret })).toMatchObject({ code: 0 });
    const tested = await platform.flotilla(["connections", "test", "db"]);
    expect(tested).toMatchObject({ code: 1 });
    expect(tested.stdout).toContain("not let in: The request was not sent");
    await ask(
      ...add,
      "web",
      "--kind",
      "search",
      "--service",
      "searxng",
      "--at",
      "https://s.test/",
      "--open",
    );
    await ask(...add, "cal", "--kind", "calendar", "--at", "https://cal.test/", "--open");
    const { items } = await ask<{ items: Connection[] }>("connections");
    expect(items.map(({ name, credential }) => [name, credential])).toEqual([
      ["cal", null],
      ["db", "connection-db"],
      ["web", null],
    ]);
    for (const { name } of items) await ask("connections", "remove", name, "--yes");
  });

  test("are refused without what they need", async () => {
    const refusals = await Promise.all([
      platform.flotilla(mail, { input: secret }),
      platform.flotilla([...mail, "--imap", "imap.example.com"], { input: secret }),
      platform.flotilla([...mail, ...servers, "--user", "a", "--credential", "b"]),
      platform.flotilla(["connections", "remove", "work"]),
    ]);
    expect(refusals.map(({ code }) => code)).toEqual([64, 64, 64, 64]);
    const open = await platform.flotilla([...mail, "--imap", "imap.example.com:143/none"], {
      input: secret,
    });
    expect(open).toMatchObject({ code: 1, stderr: expect.stringContaining("use tls") as string });
  });
});
