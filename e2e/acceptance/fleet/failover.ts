import { setTimeout as sleep } from "node:timers/promises";
import { messageText, reduce, type Run } from "@flotilla/core";
import { startPlatform, type Platform } from "../../platform.ts";
import { startSimulator } from "../../simulator.ts";
import { applyAgent } from "../batch.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { modelSteps } from "../history.ts";

const primary = "primary/script";
const spare = "spare/script";
/** Shown of every answer before the provider dies. */
const midStreamCharacters = 100;
const answer = Array.from(
  { length: 24 },
  (_, line) => `Line ${line + 1}: each word comes once, whoever says it in the end.`,
).join("\n");

/**
 * A provider dies while it answers many runs: all of them finish on the next target, and whoever
 * follows one live never reads a word twice. Its breaker opens, and closes when it is back.
 */
export const failover: Claim = {
  name: "failover",
  async prove(proof) {
    const runs = proof.scale.name === "full" ? 100 : 12;
    const dying = await startSimulator({ tokensPerSecond: 40 });
    proof.finally(() => dying.stop());
    const steady = await startSimulator({ tokensPerSecond: 2_000 });
    proof.finally(() => steady.stop());
    const platform = await startPlatform({
      config: {
        providers: {
          primary: { kind: "simulated", baseURL: dying.url },
          spare: { kind: "simulated", baseURL: steady.url },
        },
        routes: { relay: { targets: [primary, spare] } },
      },
    });
    proof.finally(() => platform.stop());
    await applyAgent(platform, {
      name: "speaker",
      model: "route/relay",
      instructions: JSON.stringify({ turns: [{ text: answer }] }),
    });

    const readers = Array.from({ length: runs }, () => new LiveReader(platform));
    const finished = Promise.all(readers.map((reader) => reader.read()));
    await eventually({ what: "all runs to be mid-stream", timeoutMs: 60_000, everyMs: 50 }, () =>
      Promise.resolve(readers.every((reader) => reader.isMidStream()) || undefined),
    );
    await dying.control({ down: true });
    proof.tell(`the provider is gone in the middle of ${runs} answers`);
    await finished;
    checkRuns(proof, readers);
    await checkBreaker(proof, platform, () => dying.control({ down: false }));
  },
};

/** Follows a run as the web page does, and checks what it reads as it comes. */
class LiveReader {
  readonly #platform: Platform;
  run: Run | undefined;
  /** Texts that were shown and are not how the answer begins. */
  wrongTexts = 0;
  /** Longest text shown of the attempt that was cut off. */
  shownBefore = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async read(): Promise<void> {
    const { client } = this.#platform;
    const { runId } = await client.runs.start({ agent: "speaker", input: { text: "Speak." } });
    for await (const event of client.runs.stream(runId)) {
      this.run = reduce(this.run, event);
      const text = shownBy(this.run);
      if (!answer.startsWith(text)) this.wrongTexts++;
      if (modelSteps(this.run).at(-1)?.model === primary) {
        this.shownBefore = Math.max(this.shownBefore, text.length);
      }
    }
  }

  isMidStream(): boolean {
    return this.shownBefore >= midStreamCharacters;
  }
}

function shownBy(run: Run): string {
  const step = modelSteps(run).at(-1);
  if (!step) return "";
  return step.message ? messageText(step.message) : step.partialText;
}

function checkRuns(proof: Proof, readers: LiveReader[]): void {
  const runs = readers.flatMap(({ run }) => (run ? [run] : []));
  const whole = runs.filter((run) => run.status === "completed" && run.output === answer);
  proof.equals("completed", whole.length, readers.length);
  const cutOff = runs.filter((run) => {
    const [first, second] = modelSteps(run)[0]?.attempts ?? [];
    return (
      first?.model === primary &&
      first.error?.code === "model_stream_broken" &&
      second?.model === spare &&
      second.choice?.passedOver[0]?.model === primary
    );
  });
  proof.equals("cutOffMidStream", cutOff.length, readers.length);
  const wrong = readers.reduce((sum, { wrongTexts }) => sum + wrongTexts, 0);
  proof.equals("wrongTextsShownLive", wrong, 0);
  const shown = readers.map(({ shownBefore }) => shownBefore);
  proof.figure("charactersShownBefore", [Math.min(...shown), Math.max(...shown)]);
  proof.holds(Math.max(...shown) < answer.length, "an answer was whole before the provider died");
}

async function checkBreaker(
  proof: Proof,
  platform: Platform,
  bringBack: () => Promise<void>,
): Promise<void> {
  const { client } = platform;
  const breaker = async () => {
    const { items } = await client.models.list();
    return items.find(({ model }) => model === primary)?.breaker ?? "unknown";
  };
  proof.holds((await breaker()) !== "closed", "the breaker of the dead provider is closed");
  const during = await targetOf(platform);
  proof.equals("askedWhileDown", during.answered, spare);
  await bringBack();
  const back = Date.now();
  await eventually({ what: "the breaker to close", timeoutMs: 120_000, everyMs: 0 }, async () => {
    await targetOf(platform);
    await sleep(200);
    return (await breaker()) === "closed" || undefined;
  });
  proof.figure("breakerClosedAfterSeconds", seconds(Date.now() - back));
  const after = await targetOf(platform);
  proof.equals("askedAfter", after.answered, primary);
  proof.equals("attemptsAfter", after.attempts, 1);
}

/** Makes a run and says which target answered it. */
async function targetOf({ client }: Platform): Promise<{ answered: string; attempts: number }> {
  const { runId } = await client.runs.start({ agent: "speaker", input: { text: "Speak." } });
  const run = await eventually(
    { what: `run ${runId}`, timeoutMs: 120_000, everyMs: 50 },
    async () => {
      const now = await client.runs.get(runId);
      return now.status === "completed" ? now : undefined;
    },
  );
  const [step] = modelSteps(run);
  return { answered: step?.model ?? "", attempts: step?.attempts.length ?? 0 };
}
