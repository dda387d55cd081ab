import { setTimeout as wait } from "node:timers/promises";
import { toFlotillaError } from "@flotilla/core";
import { callTool } from "../call.ts";
import type { Tool } from "../tool.ts";
import { aloneContext } from "./alone-context.ts";
import type { Making } from "./tool-report.ts";

const soonMs = 1;

/**
 * Whether a call that is cancelled, or out of time, right after it began is over at once, with the right error, and
 * whether what it had begun comes to rest. One that was quicker than that is fine.
 */
export async function obeysStop(
  { tool, samples, context: given, graceMs }: Making,
  how: "cancel" | "timeout",
): Promise<string[]> {
  const [{ input } = { input: {} }] = samples;
  const stop = new AbortController();
  const { context, close } = aloneContext({ ...given, signal: stop.signal });
  const watched = watch(
    how === "timeout" ? { ...tool, info: { ...tool.info, timeoutMs: soonMs } } : tool,
  );
  try {
    const call = callTool(watched.tool, input, context, Infinity).then(
      () => "answered",
      (thrown: unknown) => toFlotillaError(thrown).code,
    );
    if (how === "cancel") setTimeout(() => stop.abort(), soonMs);
    const expected = how === "cancel" ? "cancelled" : "tool_timeout";
    const code = await Promise.race([call, wait(graceMs, "still under way")]);
    const problems =
      code === expected || code === "answered" ? [] : [`it is ${code}, not ${expected}`];
    const isAtRest = await Promise.race([watched.rest(), wait(graceMs, false)]);
    if (!isAtRest) {
      problems.push(
        `it still works ${graceMs} ms after it was told to stop: hand context.signal on`,
      );
    }
    return problems;
  } finally {
    stop.abort();
    await close();
  }
}

/** The tool, and when the call that it made has settled. */
function watch(tool: Tool): { tool: Tool; rest(): Promise<true> } {
  let settled: Promise<unknown> = Promise.resolve();
  return {
    tool: {
      ...tool,
      call(input, context) {
        const work = (async () => tool.call(input, context))();
        settled = work.catch(() => undefined);
        return work;
      },
    },
    rest: async () => {
      await settled;
      return true;
    },
  };
}
