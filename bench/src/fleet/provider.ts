import { startSimulator } from "@flotilla/models";
import { openModel, limitedModel } from "./models.ts";
import { answerTo } from "./work.ts";

/**
 * The provider: a simulator in a process of its own, which serves the work twice. One model has the
 * limits and the latency of the bench, the other neither: for warming up, and for counting.
 */
const { LATENCY_MS, LIMITS } = process.env;

const simulator = await startSimulator({
  brain({ messages }) {
    const last = messages.findLast(({ role }) => role === "user");
    return { text: answerTo(last?.text ?? "") };
  },
  models: [],
  served: {
    [limitedModel]: {
      latencyMs: Number(LATENCY_MS),
      limits: { ...JSON.parse(LIMITS!), headers: "openai" },
    },
    [openModel]: {},
  },
});
process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
process.stdin.resume().once("end", () => process.exit());
process.once("disconnect", () => process.exit());
