import fc from "fast-check";
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTools } from "../registry.ts";
import { temporaryFolder, testContext } from "../test-context.ts";

const SECRET = "the secret outside";

const port = await openTools();

/** A workspace with a folder of secrets beside it, and links that lead there. */
async function trap() {
  const root = await temporaryFolder();
  const outside = join(dirname(root), "outside");
  await mkdir(outside);
  await writeFile(join(outside, "secret"), SECRET);
  await mkdir(join(root, "dir"));
  await symlink(outside, join(root, "link"));
  await symlink(join(outside, "secret"), join(root, "dir", "file-link"));
  await symlink("../../outside", join(root, "dir", "relative-link"));
  await symlink("/proc/self/root", join(root, "root-link"));
  const context = testContext({ workspace: async () => root });
  const call = (name: string, input: object) =>
    port.call(`files_${name}`, input as { path: string }, context);
  const intact = async () => {
    expect(await readdir(outside)).toEqual(["secret"]);
    expect(await readFile(join(outside, "secret"), "utf8")).toBe(SECRET);
    expect((await readdir(dirname(root))).toSorted()).toEqual(["outside", "workspace"]);
  };
  return { root, outside, call, intact };
}

describe("no path leads out of the workspace", () => {
  test.each([
    ...["../outside/secret", "dir/../../outside/secret", "..", "dir/..", "/etc/passwd", "//etc"],
    ...["link/secret", "dir/file-link", "dir/relative-link/secret", "root-link/etc/passwd"],
    ...[".flotilla/x", "./.flotilla/x"],
  ])("%s", async (path) => {
    const { call, intact } = await trap();
    for (const [name, input] of [
      ["read", { path }],
      ["write", { path, content: "overwritten" }],
      ["edit", { path, find: "secret", replace: "public" }],
    ] as const) {
      await expect(call(name, input)).rejects.toMatchObject({ code: "tool_forbidden" });
    }
    await intact();
  });

  test.each(["../outside", "link", "/", "dir/relative-link", "root-link"])(
    "listing or searching %s",
    async (path) => {
      const { call } = await trap();
      for (const name of ["list", "search"]) {
        await expect(
          call(name, { path, ...(name === "search" && { text: "secret" }) }),
        ).rejects.toMatchObject({ code: "tool_forbidden" });
      }
    },
  );

  test("deleting a link removes the link only", async () => {
    const { root, call, intact } = await trap();
    await call("delete", { path: "link" });
    await expect(lstat(join(root, "link"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(call("delete", { path: "dir/relative-link/secret" })).rejects.toMatchObject({
      code: "tool_forbidden",
    });
    await intact();
  });

  test("searching everything does not look behind links", async () => {
    const { call } = await trap();
    expect(await call("search", { text: "secret" })).toMatchObject({ matches: [] });
  });

  test("whatever a path is made of", async () => {
    const { call, intact } = await trap();
    const piece = fc.constantFrom(
      ...["..", ".", "/", "dir", "link", "file-link", "relative-link", "root-link", "secret"],
      ...["outside", "workspace", "\\", "%2e%2e", "．．", "..\u200b", " ", "~", "a", ".flotilla"],
    );
    const path = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join("/"));
    await fc.assert(
      fc.asyncProperty(path, async (given) => {
        const read = await call("read", { path: given }).catch((error: unknown) => error);
        expect(JSON.stringify(read)).not.toContain(SECRET);
        const input = { path: given, content: "x" };
        await call("write", input).catch((error: { code: string }) =>
          expect(["tool_forbidden", "tool_input_invalid"]).toContain(error.code),
        );
      }),
      { numRuns: 150 },
    );
    await intact();
  });
});

test("a folder swapped for a link at any moment leads nowhere else", async () => {
  const { root, outside, call, intact } = await trap();
  const [victim, aside] = [join(root, "victim"), join(root, "aside")];
  await mkdir(victim);
  await writeFile(join(victim, "secret"), "harmless");
  let swapping = true;
  let swaps = 0;
  // A write may create the folder anew while it is away, so each step clears its way.
  const clear = () => rm(victim, { recursive: true, force: true });
  const swapper = (async () => {
    while (swapping) {
      await rename(victim, aside);
      await symlink(outside, victim).catch(clear);
      while (await rename(aside, victim).catch(() => "in the way")) await clear();
      swaps++;
    }
  })();
  const outcomes = new Set<string>();
  for (let round = 0; round < 60; round++) {
    const path = "victim/secret";
    const results = await Promise.allSettled([
      call("read", { path }),
      call("search", { text: "secret" }),
      call("write", { path: "victim/new", content: `${round}` }),
    ]);
    for (const result of results) {
      expect(JSON.stringify(result)).not.toContain(SECRET);
      outcomes.add(result.status);
    }
  }
  swapping = false;
  await swapper;
  expect(swaps).toBeGreaterThan(10);
  expect(outcomes).toContain("fulfilled");
  await intact();
});

test("no descriptor stays open, whether calls succeed or fail", async () => {
  const { root, call } = await trap();
  const open = async () => (await readdir("/proc/self/fd")).length;
  await call("write", { path: "dir/deep/a", content: "x" });
  const before = await open();
  for (let round = 0; round < 10; round++) {
    await call("read", { path: "dir/deep/a" });
    await call("read", { path: "dir/deep/none" }).catch(() => undefined);
    await call("read", { path: "link/secret" }).catch(() => undefined);
    await call("write", { path: "dir/deep", content: "x" }).catch(() => undefined);
    await call("list", { limit: 1 });
    await call("search", { text: "x", limit: 1 });
  }
  expect(await open()).toBe(before);
  expect((await stat(root)).isDirectory()).toBe(true);
});
