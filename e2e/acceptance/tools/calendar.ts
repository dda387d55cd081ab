import { randomBytes } from "node:crypto";
import { freePort } from "../../../packages/tools/test/free-port.ts";
import { startRadicale } from "../../../packages/tools/test/radicale.ts";
import { walkMoment, walkRule, type WalkedRule } from "../../../packages/tools/test/walk-rule.ts";
import type { Claim, Proof } from "../claim.ts";
import { ConnectionStage } from "./connection-stage.ts";

const passwords = {
  ann: `${randomBytes(12).toString("hex")}-of-ann`,
  bob: `${randomBytes(12).toString("hex")}-of-bob`,
};
const wrongPassword = `${randomBytes(12).toString("hex")}-wrong`;

/** A series over a change of the clocks of its zone. */
interface Series {
  zone: string;
  first: string;
  rule: WalkedRule;
  text: string;
  from: string;
  to: string;
}

const daily = { freq: "DAILY", weekdays: [], nth: undefined, monthDay: undefined } as const;
const weekly = { freq: "WEEKLY", nth: undefined, monthDay: undefined } as const;
const allSeries: Series[] = [
  {
    ...{ zone: "Europe/Berlin", first: "2026-03-26T09:00", from: "2026-03-20", to: "2026-04-10" },
    rule: { ...daily, weekdays: [], interval: 2, count: 6 },
    text: "FREQ=DAILY;INTERVAL=2;COUNT=6",
  },
  {
    ...{
      zone: "America/New_York",
      first: "2026-10-26T01:30",
      from: "2026-10-20",
      to: "2026-11-20",
    },
    rule: { ...weekly, weekdays: [0, 6], interval: 1, count: 7 },
    text: "FREQ=WEEKLY;BYDAY=MO,SU;COUNT=7",
  },
  {
    ...{
      zone: "Australia/Lord_Howe",
      first: "2026-03-30T23:45",
      from: "2026-03-20",
      to: "2026-05-01",
    },
    rule: { ...weekly, weekdays: [], interval: 1, count: 4 },
    text: "FREQ=WEEKLY;COUNT=4",
  },
];

interface Shown {
  id: string;
  start: string;
  end: string;
  occurrence: string;
}

/**
 * Agents make, read, change and delete events at a real Radicale, through connections added on the command line: series over changes of
 * the clocks in three zones take place when a walk over every day says, and free and busy times follow from that. A worker that is
 * killed makes no event twice. What is wrong is said, and no secret is told.
 */
export const calendar: Claim = {
  name: "calendar",
  async prove(proof) {
    const server = await startRadicale(passwords);
    proof.finally(() => server.stop());
    const names = allSeries.map(({ zone }) => zone.replace("/", "-"));
    for (const name of [...names, "once"]) await server.makeCalendar("ann", name, name);
    await server.makeCalendar("bob", "own", "Bob");
    const nobody = await freePort();
    const stage = await ConnectionStage.open(proof, [server.port, nobody]);
    const add = (name: string, secret: string, at: string, user = name) =>
      stage.add(name, secret, "--kind", "calendar", "--at", at, "--user", user);
    proof.equals("the test of Ann's", await add("ann", passwords.ann, server.url), "");
    proof.equals("the test of Bob's", await add("bob", passwords.bob, server.url), "");
    await add("wrong", wrongPassword, server.url, "ann");
    await add("away", passwords.ann, `http://127.0.0.1:${nobody}/`, "ann");
    await add("inside", passwords.ann, "http://127.0.0.1:8/", "ann");
    for (const [index, series] of allSeries.entries()) {
      await isAsWalked(proof, stage, series, names[index] ?? "");
    }
    await isFreeTogether(proof, stage);
    await isMadeOnce(proof, stage);
    await saysWhatIsWrong(proof, stage);
    const tellers = await stage.tellers([...Object.values(passwords), wrongPassword]);
    proof.equals("places that tell a secret", tellers.length, 0);
  },
};

const connection = "ann";
const halfHour = 1_800_000;

/** A series is made, one of it is moved and one deleted; what is left is as somebody finds who goes through every day. */
async function isAsWalked(
  proof: Proof,
  stage: ConnectionStage,
  series: Series,
  name: string,
): Promise<void> {
  const { zone, first, rule, text, from, to } = series;
  const wall = Date.parse(`${first}Z`);
  const expected = walkRule(rule, wall, wall + 100 * 86_400_000).map((one) =>
    walkMoment(zone, one),
  );
  const end = new Date(wall + halfHour).toISOString().slice(0, 16);
  const given = {
    connection,
    calendar: name,
    title: "Series",
    start: first,
    end,
    timeZone: zone,
    rule: text,
  };
  const range = { connection, calendars: [name], from, to, timeZone: zone };
  const { outputs } = await stage.play(
    { tool: "calendar_create", input: given },
    { tool: "calendar_events", input: range },
  );
  const events = (outputs[1]?.["events"] ?? []) as Shown[];
  const found = events.map(({ start }) => Date.parse(start));
  proof.equals(`${zone}: as walked`, JSON.stringify(found), JSON.stringify(expected));
  const lengths = new Set(
    events.map(({ start, end: last }) => Date.parse(last) - Date.parse(start)),
  );
  proof.holds(
    [...lengths].join() === String(halfHour),
    `${zone}: they last ${[...lengths].join()} ms`,
  );
  const [event, moved, deleted] = events as [Shown, Shown, Shown];
  const there = "2026-04-08T12:00";
  const { outputs: after } = await stage.play(
    {
      tool: "calendar_update",
      input: {
        ...{ connection, event: event.id, occurrence: moved.occurrence, timeZone: "UTC" },
        ...{ start: there, end: "2026-04-08T12:30" },
      },
    },
    {
      tool: "calendar_delete",
      input: { connection, event: event.id, occurrence: deleted.occurrence },
    },
    { tool: "calendar_free_busy", input: { connections: [connection], ...rangeOf(name, zone) } },
  );
  const busy = ((after[2]?.["busy"] ?? []) as Shown[]).map(({ start }) => Date.parse(start));
  const left = expected.filter((_moment, index) => index !== 1 && index !== 2);
  const all = [...left, Date.parse(`${there}Z`)].toSorted((a, b) => a - b);
  proof.equals(`${zone}: busy as walked`, JSON.stringify(busy), JSON.stringify(all));
}

function rangeOf(name: string, timeZone: string) {
  return { calendars: [name], from: "2026-03-01", to: "2026-12-31", timeZone };
}

/** Of two people, on the day on which clocks went back. */
async function isFreeTogether(proof: Proof, stage: ConnectionStage): Promise<void> {
  const zone = { timeZone: "Europe/Berlin" };
  const meeting = (of: string, where: string, start: string, end: string) => ({
    tool: "calendar_create",
    input: {
      connection: of,
      calendar: where,
      title: "m",
      start: `2026-10-25T${start}`,
      end: `2026-10-25T${end}`,
      ...zone,
    },
  });
  const { outputs } = await stage.play(
    meeting("ann", "once", "00:30", "02:00"),
    meeting("bob", "Bob", "03:00", "08:00"),
    {
      tool: "calendar_find_time",
      input: {
        ...{
          connections: ["ann", "bob"],
          from: "2026-10-25",
          to: "2026-10-26",
          ...zone,
          minutes: 60,
        },
        ...{ earliest: "00:00", latest: "10:00", weekdays: ["su"], everyMinutes: 60 },
      },
    },
  );
  const slots = ((outputs[2]?.["slots"] ?? []) as Shown[]).map(({ start }) => start);
  const expected = ["02:00:00+02:00", "02:00:00+01:00", "08:00:00+01:00", "09:00:00+01:00"];
  proof.equals("free together", slots.join(), expected.map((time) => `2026-10-25T${time}`).join());
}

/** However soon its worker dies. */
async function isMadeOnce(proof: Proof, stage: ConnectionStage): Promise<void> {
  const kills = proof.scale.name === "full" ? 10 : 2;
  for (let kill = 0; kill < kills; kill++) {
    const day = `2027-01-${String(kill + 1).padStart(2, "0")}`;
    const times = { start: `${day}T09:00`, end: `${day}T10:00`, timeZone: "Europe/Berlin" };
    const input = { connection, calendar: "once", title: `Made ${kill}`, ...times };
    const runId = await stage.begin([{ tool: "calendar_create", input }]);
    await new Promise((resolve) => setTimeout(resolve, proof.random() * 300));
    stage.killWorkers();
    const { status } = await stage.ended(runId);
    proof.holds(status === "completed", `the run whose worker was killed is ${status}`);
  }
  const range = {
    connection,
    calendars: ["once"],
    from: "2027-01-01",
    to: "2027-02-01",
    timeZone: "UTC",
  };
  const { outputs } = await stage.play({ tool: "calendar_events", input: range });
  proof.equals(
    "events of killed workers",
    ((outputs[0]?.["events"] ?? []) as Shown[]).length,
    kills,
  );
}

async function saysWhatIsWrong(proof: Proof, stage: ConnectionStage): Promise<void> {
  const event = { connection, calendar: "once", title: "t", timeZone: "Europe/Berlin" };
  const times = { start: "2026-06-01T09:00", end: "2026-06-01T10:00" };
  const cases: [string, string, object, string][] = [
    ["a wrong password", "calendar_list", { connection: "wrong" }, "refused the login"],
    ["a server that is away", "calendar_list", { connection: "away" }, "cannot be reached"],
    ["a server inside", "calendar_list", { connection: "inside" }, "was not sent"],
    ["several connections", "calendar_list", {}, "several calendar connections"],
    [
      "somebody else's event",
      "calendar_delete",
      { connection, event: "/bob/own/x.ics" },
      "no event of these",
    ],
    [
      "a time that is not there",
      "calendar_create",
      { ...event, start: "2026-03-29T02:30", end: "2026-03-29T04:00" },
      "clocks go forward",
    ],
    [
      "a line in the title",
      "calendar_create",
      { ...event, ...times, title: "t\r\nATTENDEE:mailto:e@example.org" },
      "one line",
    ],
  ];
  const calls = cases.map(([_what, tool, input]) => ({ tool, input }));
  const { errors, outputs } = await stage.play(...calls);
  const said = errors.map(({ message }) => message).join(" ");
  proof.equals("faulty calls that came to something", outputs.length, 0);
  for (const [what, , , expected] of cases) {
    proof.holds(said.includes(expected), `${what} is not told as "${expected}": ${said}`);
  }
  proof.figure("faults that are said", cases.length);
}
