import { agentSpecSchema, newId, type AgentSpecInput } from "@flotilla/core";
import type { Store } from "@flotilla/store";

const tutor: AgentSpecInput = {
  name: "math-tutor",
  description: "Works sums out with the calculator. Runs on the simulated provider: no key needed.",
  instructions: "Work out the sum with the calculator, then say the result in one sentence.",
  model: "simulated/demo",
  tools: ["calculator"],
};

const rows = 100;

/**
 * Gives a platform that has no agent yet an example agent and a batch of 100 rows on the simulated
 * provider, so that there is something to watch.
 *
 * @returns the id of the batch, or undefined when there were agents already
 */
export async function seedExamples(store: Store): Promise<string | undefined> {
  const known = [...(await store.agents.list(false)), ...(await store.agents.list(true))];
  if (known.length > 0) return undefined;
  const agent = await store.agents.apply(agentSpecSchema.parse(tutor), newId("agt"));
  const batchId = newId("bat");
  await store.batches.create({
    id: batchId,
    name: "Example: 100 sums",
    agentId: agent.id,
    agentVersion: agent.version,
    template:
      "A shop sells {{count}} boxes of {{item}} at {{price}} each. What is {{count}} * {{price}}?",
    concurrency: 10,
    priority: 5,
    budgetMicros: null,
  });
  await store.batches.addRows(batchId, exampleRows());
  await store.batches.start(batchId);
  return batchId;
}

function exampleRows() {
  const items = ["apples", "pears", "candles", "tiles", "lamps", "ropes", "sails"];
  return Array.from({ length: rows }, (_, i) => ({
    line: null,
    error: null,
    data: {
      count: 3 + ((i * 37) % 89),
      item: items[i % items.length] as string,
      price: Number((1.05 + ((i * 53) % 97) / 4).toFixed(2)),
    },
  }));
}
