import { fold, type Event, type ToolStep } from "@flotilla/core";
import { startSimulator, type Simulator } from "@flotilla/models";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";

const perImage = 20_000;
/** By the price of its size. */
const perSmallImage = 10_000;
const latencyMs = 500;
const size = { text: "512x512", width: 512, height: 512 };
const patienceMs = 180_000;

/**
 * Images by a model are artifacts of their runs, cost what their provider bills, also when workers are killed in the
 * middle, stop at the budget, and what is refused is told with what can be done.
 */
export const image: Claim = {
  name: "image",
  async prove(proof) {
    const simulator = await startSimulator({
      served: { studio: { of: "image", latencyMs }, dear: { of: "image" } },
    });
    proof.finally(() => simulator.close());
    const providers = {
      simulated: { kind: "simulated" },
      art: { kind: "simulated", baseURL: simulator.url },
    };
    const platform = await startPlatform({
      workers: 2,
      env: {
        FLOTILLA_PROVIDERS: JSON.stringify(providers),
        FLOTILLA_IMAGE_MODEL: "art/studio",
      },
    });
    proof.finally(() => platform.stop());
    await overKills(proof, platform, simulator);
    await withinBudget(proof, platform, simulator);
    await areRefused(proof, platform);
  },
};

interface Drawn {
  runId: string;
  steps: ToolStep[];
  events: Event[];
}

async function start(platform: Platform, name: string, inputs: object[]): Promise<string> {
  const turns = inputs.map((input) => ({ calls: [{ tool: "image_generate", input }] }));
  await applyAgent(platform, {
    name,
    model: "simulated/script",
    instructions: JSON.stringify({ turns: [...turns, { text: "Done." }] }),
    tools: ["image_generate"],
  });
  return (await platform.client.runs.start({ agent: name, input: { text: "go" } })).runId;
}

async function drawn(platform: Platform, runId: string): Promise<Drawn> {
  await eventually({ what: `${runId} to complete`, timeoutMs: patienceMs }, async () => {
    const { status } = await platform.client.runs.get(runId);
    return status === "completed" || undefined;
  });
  const { items: events } = await platform.client.runs.events(runId, { limit: 1_000 });
  const steps = fold(events).steps.filter((step): step is ToolStep => step.kind === "tool");
  return { runId, steps, events };
}

/** Each run asks twice; workers are killed while the images are being made. */
async function overKills(proof: Proof, platform: Platform, simulator: Simulator): Promise<void> {
  const { runs, kills } =
    proof.scale.name === "full" ? { runs: 12, kills: 4 } : { runs: 3, kills: 1 };
  const inputs = (number: number) => [
    { prompt: `A boat, number ${number}`, size: size.text },
    { prompt: `A house, number ${number}`, size: size.text, count: 2 },
  ];
  const started = await Promise.all(
    Array.from({ length: runs }, (_, at) => start(platform, `painter-${at}`, inputs(at))),
  );
  for (let kill = 0; kill < kills; kill++) {
    const before = simulator.state().requests;
    await eventually(
      { what: "an image to be asked for", timeoutMs: 20_000, everyMs: 10 },
      () => simulator.state().requests > before || simulator.state().underWay > 0 || undefined,
    ).catch(() => undefined);
    const [victim] = platform.workerPids();
    if (victim !== undefined) process.kill(victim, "SIGKILL");
  }
  const ended = await Promise.all(started.map((runId) => drawn(platform, runId)));
  let whole = 0;
  for (const { runId } of ended) {
    const { items } = await platform.client.artifacts.list(runId);
    const contents = await Promise.all(
      items.map(async ({ id }) => {
        const answer = await platform.client.artifacts.get(id);
        return Buffer.from(await answer.arrayBuffer());
      }),
    );
    const isWhole = contents.length === 3 && contents.every(isOfSize);
    const areDifferent = new Set(contents.map((content) => content.toString("base64"))).size === 3;
    if (isWhole && areDifferent) whole += 1;
    else proof.holds(false, `${runId} has ${contents.length} images, or others than it asked for`);
  }
  proof.figure("workers killed", kills);
  proof.equals("runs with exactly the images they asked for", whole, runs);
  const asked = ended.flatMap(({ events }) => events.filter(({ type }) => type === "image.asked"));
  proof.figure("requests for images", asked.length);
  const cost = await costOf(platform, "art/studio");
  proof.equals("cost of the images, micro-USD", cost, 3 * runs * perSmallImage);
  proof.equals("what their provider bills", billOf(simulator, "studio"), 3 * runs * perSmallImage);
}

function isOfSize(content: Buffer): boolean {
  const isPng = content.toString("latin1", 0, 8) === "\x89PNG\r\n\x1a\n";
  return (
    isPng && content.readUInt32BE(16) === size.width && content.readUInt32BE(20) === size.height
  );
}

async function costOf(platform: Platform, model: string): Promise<number> {
  const { totals } = await platform.client.costs({ model });
  return totals.costMicros;
}

function billOf(simulator: Simulator, model: string): number {
  return simulator.bill().models[model]?.micros ?? 0;
}

async function withinBudget(proof: Proof, platform: Platform, simulator: Simulator): Promise<void> {
  const limitUsd = (3 * perImage) / 1_000_000;
  await platform.client.budgets.set({
    level: "model",
    name: "art/dear",
    limitUsd,
    period: "total",
  });
  const inputs = Array.from({ length: 6 }, (_, at) => ({ prompt: `${at}`, model: "art/dear" }));
  const { steps } = await drawn(platform, await start(platform, "spender", inputs));
  const made = steps.filter(({ status }) => status === "done").length;
  proof.equals("images within a budget for three", made, 3);
  proof.equals("what that costs, micro-USD", billOf(simulator, "dear"), 3 * perImage);
  const refused = steps.find(({ status }) => status === "failed");
  proof.holds(/budget/i.test(refused?.error?.message ?? ""), `it says ${refused?.error?.message}`);
}

async function areRefused(proof: Proof, platform: Platform): Promise<void> {
  const policy = "art/image?fault=http&status=400&code=content_policy_violation&message=unsafe";
  const inputs = [
    { prompt: "x", model: policy },
    { prompt: "x", model: "art/image", size: "7777x7777" },
    { prompt: "x", model: "art/nobody" },
    { prompt: "x", size: "large" },
  ];
  const { steps } = await drawn(platform, await start(platform, "refused", inputs));
  const said = steps.map(({ error }) => `${error?.message} ${error?.remedy}`);
  const expected = [
    /unsafe.*refused this content/s,
    /Supported sizes/,
    /makes no images/,
    /1024x1024/,
  ];
  const told = expected.filter((pattern, at) => pattern.test(said[at] ?? ""));
  proof.equals("refusals that say what can be done", told.length, expected.length);
  proof.holds(told.length === expected.length, `they say ${JSON.stringify(said)}`);
}
