import { matchesGlob, newId, type ChannelTarget, type Role } from "@flotilla/core";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestStore, type TestStore } from "../../test/open-test-store.ts";
import { addChannel, sampleNotification } from "../../test/sample-notification.ts";
import { openDatabase } from "../database.ts";
import { queueNotifications } from "./notification.ts";

let test: TestStore;
beforeAll(async () => void (test = await openTestStore()));
afterAll(() => test.drop());
beforeEach(async () => {
  await test.store.pool.query(
    'TRUNCATE notification_channel CASCADE; TRUNCATE member, preference; DELETE FROM auth."user"',
  );
});

const email: ChannelTarget = {
  ...{ kind: "email", addresses: [], people: true, roles: [], users: [] },
};
const takeAll = { limit: 100, perChannel: 100, leaseMs: 60_000, busy: [] };

async function addMember(userId: string, role: Role): Promise<void> {
  await test.store.pool.query(
    `INSERT INTO auth."user" (id, name, email, "emailVerified", "updatedAt")
     VALUES ($1, $1, $1 || '@example.com', true, now())`,
    [userId],
  );
  await test.store.identity.addMember("default", userId, role);
}

async function recipients(): Promise<string[]> {
  await test.store.notifications.spread(100);
  const taken = await test.store.notifications.take(takeAll);
  return taken.map(({ recipient }) => recipient ?? "nowhere").toSorted();
}

describe("what is queued", () => {
  it("is on its way when its transaction is committed, and never was when it is not", async () => {
    const { store } = test;
    await addChannel(store, "hook");
    const db = openDatabase(store.pool);
    const failing = db.transaction().execute(async (tx) => {
      await queueNotifications(tx, [sampleNotification({ subject: "never" })]);
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    await db.transaction().execute(async (tx) => {
      await queueNotifications(tx, [sampleNotification({ subject: "told" })]);
    });
    expect(await store.notifications.spread(10)).toBe(1);
    expect(await store.notifications.deliveries({ limit: 10 })).toMatchObject([
      { channel: "hook", subject: "told", status: "pending", attempts: 0 },
    ]);
  });

  it("leaves no row where no channel asks for it, or for one that is queued already", async () => {
    const { store } = test;
    await addChannel(store, "hook", { events: ["interrupt.expired"] });
    const expired = sampleNotification({ event: "interrupt.expired" });
    await store.notifications.queue([
      sampleNotification(),
      sampleNotification({ event: "interrupt.expired", environment: "dev" }),
      expired,
    ]);
    await store.notifications.queue([expired]);
    const { rows } = await store.pool.query("SELECT id FROM notification");
    expect(rows).toEqual([{ id: expired.id }]);
  });

  it("can be queued by a tenant for himself alone", async () => {
    await addChannel(test.store, "hook");
    const own = test.store.tenant({ organisation: "default", environment: "prod" });
    await own.notifications.queue([sampleNotification()]);
    const other = test.store.tenant({ organisation: "other", environment: "prod" });
    await other.notifications.queue([sampleNotification()]);
    expect(await test.store.notifications.spread(10)).toBe(1);
    expect(await own.notifications.deliveries({ limit: 10 })).toHaveLength(1);
    expect(await other.notifications.deliveries({ limit: 10 })).toEqual([]);
  });
});

describe("deliveries are made", () => {
  it("for each channel that asks for the event and the agent", async () => {
    const { store } = test;
    await addChannel(store, "all");
    await addChannel(store, "refunds", { agents: ["ref*", "100%_*"] });
    await store.notifications.queue([
      sampleNotification({ subject: "a", agentName: "refunds" }),
      sampleNotification({ subject: "b", agentName: "news" }),
      sampleNotification({ subject: "c" }),
    ]);
    expect(await store.notifications.spread(10)).toBe(3);
    const made = await store.notifications.deliveries({ limit: 10 });
    expect(made.map(({ channel, subject }) => `${channel} ${subject}`).toSorted()).toEqual([
      "all a",
      "all b",
      "all c",
      "refunds a",
    ]);
    expect(await store.notifications.spread(10)).toBe(0);
  });

  it("for whom it concerns: who may answer, those of a role, or one person", async () => {
    const { store } = test;
    await addMember("olga", "owner");
    await addMember("anna", "approver");
    await addMember("vera", "viewer");
    await addChannel(store, "mail", { target: { ...email } });
    await store.notifications.queue([sampleNotification()]);
    expect(await recipients()).toEqual(["anna@example.com", "olga@example.com"]);
    await store.notifications.queue([sampleNotification({ audienceRole: "approver" })]);
    expect(await recipients()).toEqual(["anna@example.com", "olga@example.com"]);
    await store.notifications.queue([sampleNotification({ audienceRole: "owner" })]);
    expect(await recipients()).toEqual(["olga@example.com"]);
    await store.notifications.queue([sampleNotification({ audienceUser: "vera" })]);
    expect(await recipients()).toEqual(["vera@example.com"]);
    await store.notifications.queue([sampleNotification({ audienceUser: "nobody" })]);
    expect(await recipients()).toEqual([]);
  });

  it("for the channel's people only, its addresses, and nobody who does not like them", async () => {
    const { store } = test;
    await addMember("olga", "owner");
    await addMember("anna", "approver");
    await addMember("otto", "operator");
    await store.preferences.change("user:otto", { notifications: false });
    const addresses = ["oncall@example.com"];
    await addChannel(store, "mail", {
      target: { ...email, roles: ["approver"], users: ["otto"], addresses },
    });
    await store.notifications.queue([sampleNotification()]);
    expect(await recipients()).toEqual(["anna@example.com", "oncall@example.com"]);
    await addChannel(store, "mail", { target: { ...email, people: false, addresses } });
    await store.notifications.queue([sampleNotification()]);
    expect(await recipients()).toEqual(["oncall@example.com"]);
  });

  it("of a test for its own channel alone", async () => {
    const { store } = test;
    const channelId = await addChannel(store, "mine", { events: ["interrupt.expired"] });
    await addChannel(store, "other");
    await store.notifications.queue([sampleNotification({ event: "test", channelId })]);
    await store.notifications.spread(10);
    const made = await store.notifications.deliveries({ limit: 10 });
    expect(made).toMatchObject([{ channel: "mine", event: "test" }]);
  });

  it("by patterns as the rest of the platform reads them", async () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "*", "%", "_", "\\", "."),
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 20 }), async (pairs) => {
        const { rows } = await test.store.pool.query<{ fits: boolean }>(
          `SELECT fits_glob(glob, what) AS fits
           FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t (glob, what, n) ORDER BY n`,
          [pairs.map(([glob]) => glob), pairs.map(([, what]) => what)],
        );
        expect(rows.map(({ fits }) => fits)).toEqual(
          pairs.map(([glob, what]) => matchesGlob(glob, what)),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe("a delivery that is due", () => {
  it("is taken by one at a time, and again when that one does not come back", async () => {
    const { store } = test;
    await addChannel(store, "hook");
    await store.notifications.queue(Array.from({ length: 20 }, () => sampleNotification()));
    await store.notifications.spread(100);
    const taken = await Promise.all(
      Array.from({ length: 5 }, () => store.notifications.take({ ...takeAll, perChannel: 7 })),
    );
    const ids = taken.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    await store.notifications.take(takeAll);
    expect(await store.notifications.take(takeAll)).toEqual([]);
    await store.pool.query("UPDATE notification_delivery SET next_at = now()");
    const again = await store.notifications.take(takeAll);
    expect(again).toHaveLength(20);
    expect(again.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(again.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 20 }, () => 2));
  });

  it("is taken a few of each channel, and of a busy one none", async () => {
    const { store } = test;
    const loud = await addChannel(store, "loud", { agents: ["loud"] });
    await addChannel(store, "quiet", { agents: ["quiet"] });
    await store.notifications.queue([
      ...Array.from({ length: 30 }, () => sampleNotification({ agentName: "loud" })),
      sampleNotification({ agentName: "quiet" }),
    ]);
    await store.notifications.spread(100);
    const first = await store.notifications.take({ ...takeAll, perChannel: 3 });
    expect(first.map(({ channel }) => channel.name).toSorted()).toEqual([
      "loud",
      "loud",
      "loud",
      "quiet",
    ]);
    expect(await store.notifications.take({ ...takeAll, busy: [loud] })).toEqual([]);
  });

  it("keeps what became of it, unless another has taken it meanwhile", async () => {
    const { store } = test;
    await addChannel(store, "hook");
    await store.notifications.queue([sampleNotification()]);
    await store.notifications.spread(10);
    const [first] = await store.notifications.take({ ...takeAll, leaseMs: 0 });
    const [second] = await store.notifications.take(takeAll);
    if (!first || !second) throw new Error("nothing was due");
    await store.notifications.settle(first, { kind: "delivered" });
    expect(await store.notifications.deliveries({ limit: 1 })).toMatchObject([
      { status: "pending", attempts: 2 },
    ]);
    await store.notifications.settle(second, { kind: "failed", error: "HTTP 410" });
    const [failed] = await store.notifications.deliveries({ limit: 1, status: "failed" });
    expect(failed).toMatchObject({ lastError: "HTTP 410", nextAt: null });
    expect(await store.notifications.retry(second.id)).toMatchObject({
      status: "pending",
      attempts: 0,
    });
    await expect(store.notifications.retry(second.id)).rejects.toMatchObject({ code: "conflict" });
    await expect(store.notifications.retry(newId("ntf"))).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("has no address once its person is no member", async () => {
    const { store } = test;
    await addMember("olga", "owner");
    await addMember("anna", "approver");
    await addChannel(store, "mail", { target: { ...email } });
    await store.notifications.queue([sampleNotification({ audienceUser: "anna" })]);
    await store.notifications.spread(10);
    await store.members.remove("anna");
    expect(await store.notifications.take(takeAll)).toMatchObject([
      { person: null, recipient: null },
    ]);
  });
});

it("forgets what is old, with its deliveries", async () => {
  const { store } = test;
  await addChannel(store, "hook");
  await store.notifications.queue([sampleNotification(), sampleNotification()]);
  await store.notifications.spread(1);
  await store.pool.query("UPDATE notification SET at = now() - interval '31 days'");
  expect(await store.notifications.deleteOld(30)).toBe(1);
  expect(await store.notifications.deliveries({ limit: 10 })).toEqual([]);
  expect(await store.notifications.spread(10)).toBe(1);
});
