import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startObjectServer } from "../../test/object-server.ts";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { createRun } from "../../test/sample-run.ts";
import { openArtifacts, type ArtifactStorage } from "./open-artifacts.ts";

let test: TestStore;
let folder: string;
let server: Awaited<ReturnType<typeof startObjectServer>>;
let objects: Extract<ArtifactStorage, { kind: "s3" }>;

beforeAll(async () => {
  test = await openTestStore();
  folder = await mkdtemp(join(tmpdir(), "flotilla-artifacts-"));
  server = await startObjectServer(join(folder, "s3"), "flotilla");
  const { close: _close, ...access } = server;
  objects = {
    kind: "s3",
    bucket: "flotilla",
    region: "eu-central-1",
    prefix: "some where/",
    forcePathStyle: true,
    ...access,
  };
});
afterAll(async () => {
  await server.close();
  await test.drop();
  await rm(folder, { recursive: true, force: true });
});

const storageOf = (kind: "folder" | "s3"): ArtifactStorage =>
  kind === "s3" ? objects : { kind, path: join(folder, "local") };
const about = {
  organisation: "default",
  environment: "prod" as const,
  name: "page",
  mediaType: "text/plain",
};
const content = Buffer.from("ünïcödé\0 and bytes \u{1F600}".repeat(5_000));

describe.each(["folder", "s3"] as const)("artifacts in %s", (kind) => {
  it("give back what was put, in the order in which it was", async () => {
    const artifacts = openArtifacts(test.store.pool, storageOf(kind));
    const runId = await createRun(test.store);
    const first = await artifacts.put({ ...about, runId, content });
    const second = await artifacts.put({ ...about, runId, content: new Uint8Array() });
    expect(await artifacts.list(runId)).toEqual([first, second]);
    expect(await artifacts.get(first.id)).toEqual(first);
    expect(first).toMatchObject({ runId, name: "page", bytes: content.byteLength });
    expect(Buffer.from(await artifacts.read(first.id))).toEqual(content);
    expect((await artifacts.read(second.id)).byteLength).toBe(0);
    await expect(artifacts.get(newId("art"))).rejects.toMatchObject({ code: "not_found" });
  });

  it("go with their run, and are swept when a crash left them without one", async () => {
    const artifacts = openArtifacts(test.store.pool, storageOf(kind));
    const kept = await artifacts.put({ ...about, runId: await createRun(test.store), content });
    const gone = await Promise.all(
      [1, 2, 3].map(() => artifacts.put({ ...about, runId: newId("run"), content })),
    );
    await artifacts.deleteOf([(gone[0] as { runId: string }).runId]);
    expect(await artifacts.sweep()).toBe(2);
    expect(await artifacts.sweep()).toBe(0);
    for (const { id } of gone) {
      await expect(artifacts.read(id)).rejects.toMatchObject({ code: "not_found" });
    }
    expect(Buffer.from(await artifacts.read(kept.id))).toEqual(content);
  });
});

it("content that was changed or cut is not read", async () => {
  const artifacts = openArtifacts(test.store.pool, storageOf("folder"));
  const runId = await createRun(test.store);
  const { id } = await artifacts.put({ ...about, runId, content });
  const file = join(folder, "local", runId, id);
  expect(await readdir(join(folder, "local", runId))).toEqual([id]);
  await truncate(file, 100);
  await expect(artifacts.read(id)).rejects.toMatchObject({ code: "internal" });
  await writeFile(file, content);
  expect((await artifacts.read(id)).byteLength).toBe(content.byteLength);
});

it("a write with a wrong key is refused, and nothing is described", async () => {
  const artifacts = openArtifacts(test.store.pool, { ...objects, secretAccessKey: "wrong" });
  const runId = await createRun(test.store);
  const put = artifacts.put({ ...about, runId, content });
  await expect(put).rejects.toMatchObject({ code: "unavailable", transient: false });
  expect(await artifacts.list(runId)).toEqual([]);
});

it("content in another storage is said to be there", async () => {
  const { id } = await openArtifacts(test.store.pool, objects).put({
    ...about,
    runId: await createRun(test.store),
    content,
  });
  const artifacts = openArtifacts(test.store.pool, storageOf("folder"));
  await expect(artifacts.read(id)).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("s3:flotilla/some where/") as string,
  });
});
