import { newId, type NewRun, type TreeRun } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bringTo, createRun } from "../../store/test/sample-run.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test.close());

/** A child of a run that is running. */
async function childOf(parentId: string, rootId = parentId, depth = 1): Promise<string> {
  const epoch = (await test.store.runs.ownerEpoch(parentId)) as number;
  const child: NewRun = {
    ...{ runId: newId("run"), agentId: "agt_1", agentName: "b", agentVersion: 1 },
    ...{ input: { text: "part" }, interactive: false },
    parent: {
      ...{ runId: parentId, rootId, depth, callId: "c1-0" },
      rootAgent: { agentId: "agt_1", agentVersion: 1 },
    },
  };
  await test.store.teams.createChildren({ runId: parentId, epoch }, [child]);
  return child.runId;
}

it("answers with a run and all that it began, from any of them down", async () => {
  const root = await createRun(test.store);
  await bringTo(test.store, root, "running");
  const child = await childOf(root);
  await bringTo(test.store, child, "running");
  const grandchild = await childOf(child, root, 2);
  await bringTo(test.store, grandchild, "completed");
  const tree = await test.client.runs.tree(root);
  expect(tree.nodes.map(({ runId, depth }) => [runId, depth])).toEqual([
    [root, 0],
    [child, 1],
    [grandchild, 2],
  ]);
  expect(tree).toMatchObject({ rootId: root, status: "running", total: { costMicros: 33 } });
  const part = await test.client.runs.tree(child);
  expect(part).toMatchObject({ rootId: root, total: { costMicros: 22 } });
  expect(part.nodes[0]).toMatchObject({ runId: child, parentId: null, depth: 0 });
  expect(await problemOf(send(test.app, "GET", `/runs/run_${"0".repeat(26)}/tree`))).toMatchObject({
    status: 404,
  });
});

it("lists roots unless it is asked for children, or for all", async () => {
  const root = await createRun(test.store);
  await bringTo(test.store, root, "running");
  const child = await childOf(root);
  const ids = async (query: object) =>
    (await test.client.runs.list(query)).items.map(({ runId }) => runId);
  expect(await ids({})).toContain(root);
  expect(await ids({})).not.toContain(child);
  expect(await ids({ parent: root })).toEqual([child]);
  expect(await ids({ tree: "all" })).toEqual(expect.arrayContaining([root, child]));
});

it("makes no child of a run that is cancelled, has ended, or is another owner's", async () => {
  const root = await createRun(test.store);
  await bringTo(test.store, root, "running");
  const epoch = (await test.store.runs.ownerEpoch(root)) as number;
  await test.store.runs.cancel(root, "ann");
  const late = await childOf(root);
  const other = await createRun(test.store);
  await bringTo(test.store, other, "completed");
  const child = { runId: newId("run"), agentId: "agt_1", agentName: "b", agentVersion: 1 };
  const told = { input: { text: "part" }, interactive: false };
  await test.store.teams.createChildren({ runId: other, epoch }, [{ ...child, ...told }]);
  for (const runId of [late, child.runId]) {
    await expect(test.store.runs.get(runId)).rejects.toMatchObject({ code: "not_found" });
  }
});

it("streams every change of a tree once, and resumes without gap or repetition", async () => {
  const root = await createRun(test.store);
  await bringTo(test.store, root, "running");
  const child = await childOf(root);
  const seen: TreeRun[] = [];
  const leaving = new AbortController();
  const stream = `/api/v1/runs/${root}/tree/stream`;
  const first = await test.app.request(stream, { signal: leaving.signal });
  const reader = (first.body as ReadableStream<Uint8Array>).getReader();
  const text = new TextDecoder().decode((await reader.read()).value);
  leaving.abort();
  await reader.cancel().catch(() => undefined);
  const cursor = /^id: (\d+)$/m.exec(text)?.[1] as string;
  expect(text).toContain("event: tree");
  await bringTo(test.store, child, "completed");
  await test.store.runs.cancel(root, "ann");
  await test.store.journal.append({
    runId: root,
    epoch: (await test.store.runs.ownerEpoch(root)) as number,
    seq: 5,
    events: [{ type: "run.cancelled", by: "ann" }],
  });
  const rest = await (await test.app.request(`${stream}?after=${cursor}`)).text();
  for (const [, data] of rest.matchAll(/^event: tree\nid: \d+\ndata: (.*)$/gm)) {
    seen.push(...(JSON.parse(data as string) as TreeRun[]));
  }
  expect(new Map(seen.map(({ runId, status }) => [runId, status]))).toEqual(
    new Map([
      [child, "completed"],
      [root, "cancelled"],
    ]),
  );
  expect(seen).toHaveLength(2);
  expect(rest).toContain("event: end");
});
