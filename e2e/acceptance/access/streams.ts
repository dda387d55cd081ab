import { isDeepStrictEqual } from "node:util";
import type { Client } from "@flotilla/api";
import { fold, type Event } from "@flotilla/core";
import { startPlatform } from "../../platform.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { startFleet, type Fleet } from "../start-fleet.ts";
import { kinds, StreamViewer } from "./stream-viewer.ts";

const tokensPerSecond = 12;

/**
 * A server is killed while its clients read what models write. Half of them come back to it, half go
 * to another server on the same database; by server-sent events and over WebSockets.
 */
export const streams: Claim = {
  name: "streams",
  async prove(proof) {
    const { clients, runs, kills, length } =
      proof.scale.name === "full"
        ? { clients: 200, runs: 40, kills: 2, length: 600 }
        : { clients: 16, runs: 4, kills: 1, length: 200 };
    // Long enough that the server can be killed and started again while it is written.
    const words = Array.from({ length }, (_, index) => `word${index + 1}`).join(" ");
    const script = JSON.stringify({ turns: [{ text: words }] });
    const config = { providers: { slow: { kind: "simulated", latencyMs: 100, tokensPerSecond } } };
    const setting = { env: {}, config };
    const fleet = await startFleet(proof, setting, { workers: 1, concurrency: 200 });
    const second = await startPlatform({ ...setting, databaseUrl: fleet.databaseUrl, workers: 0 });
    proof.finally(() => second.stop());
    const { client, url } = fleet.platform;
    await client.agents.apply({ name: "writer", model: "slow/script" });
    const runIds = await Promise.all(
      Array.from({ length: runs }, async () => {
        const { runId } = await client.runs.start({ agent: "writer", input: { text: script } });
        return runId;
      }),
    );
    const viewers = Array.from({ length: clients }, (_, index) => {
      const kind = kinds[index % kinds.length]!;
      const addresses = index % 4 < 2 ? [url] : [url, second.url];
      return new StreamViewer(runIds[index % runs]!, kind, addresses);
    });
    await killMidToken(proof, fleet, viewers, kills);
    await Promise.all(viewers.map((viewer) => viewer.done));
    await judge(proof, second.client, viewers, words);
  },
};

async function killMidToken(
  proof: Proof,
  { platform }: Fleet,
  viewers: readonly StreamViewer[],
  kills: number,
): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    const what = "every client to be in the middle of a text";
    await eventually({ what, timeoutMs: 60_000, everyMs: 20 }, () =>
      viewers.every((viewer) => viewer.hasPartialText && viewer.pauses.length === viewer.losses)
        ? true
        : undefined,
    );
    const before = viewers.map((viewer) => viewer.losses);
    platform.kill("SIGKILL");
    proof.tell(`the server is dead (${kill} of ${kills})`);
    await platform.restart();
    const homeless = "every client of the dead server to be back";
    await eventually({ what: homeless, timeoutMs: 60_000 }, () =>
      viewers.every((viewer) => viewer.pauses.length === viewer.losses) &&
      viewers.some((viewer, index) => viewer.losses > before[index]!)
        ? true
        : undefined,
    );
  }
}

async function judge(
  proof: Proof,
  client: Client,
  viewers: readonly StreamViewer[],
  words: string,
): Promise<void> {
  const journals = new Map<string, Event[]>();
  for (const { runId } of viewers) {
    if (!journals.has(runId)) journals.set(runId, await journalOf(client, runId));
  }
  const isWrong = (differs: (viewer: StreamViewer, journal: Event[]) => boolean) =>
    viewers.filter((viewer) => differs(viewer, journals.get(viewer.runId)!)).length;
  const pauses = viewers.flatMap((viewer) => viewer.pauses);
  proof.figure("clients", viewers.length);
  proof.figure(
    "events",
    viewers.reduce((sum, { events }) => sum + events.length, 0),
  );
  proof.figure("reconnections", pauses.length);
  proof.figure("longestPauseSeconds", seconds(Math.max(...pauses)));
  proof.equals(
    "neverCutOff",
    isWrong(({ losses }) => losses === 0),
    0,
  );
  proof.equals(
    "repeatedOrOutOfOrder",
    isWrong(({ events }) => !rises(events)),
    0,
  );
  proof.equals(
    "otherThanTheJournal",
    isWrong(({ events }, journal) => {
      return !isDeepStrictEqual(withoutDeltas(events), journal);
    }),
    0,
  );
  proof.equals(
    "foldedOtherwise",
    isWrong(({ events }, journal) => {
      return !isDeepStrictEqual(fold(events), fold(journal));
    }),
    0,
  );
  proof.equals(
    "textWithGaps",
    isWrong(({ events }) => !words.startsWith(partialText(events))),
    0,
  );
}

/** All of it; partial text is gone by then. */
async function journalOf(client: Client, runId: string): Promise<Event[]> {
  const events: Event[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: Awaited<ReturnType<Client["runs"]["events"]>> = await client.runs.events(runId, {
      after,
      limit: 1_000,
    });
    events.push(...page.items);
    after = page.nextAfter;
  }
  return withoutDeltas(events);
}

function withoutDeltas(events: readonly Event[]): Event[] {
  return events.filter(({ type }) => type !== "step.delta");
}

function rises(events: readonly Event[]): boolean {
  return events.every(({ seq }, index) => index === 0 || seq > events[index - 1]!.seq);
}

/** What was read while it was written. A piece that is missing shows: the rest does not fit. */
function partialText(events: readonly Event[]): string {
  return events.map((event) => (event.type === "step.delta" ? (event.text ?? "") : "")).join("");
}
