import type { Dispatcher } from "undici";

/**
 * Starts a run and follows its events to the end, with as little client as the floor has: a
 * browser's cost would count as the platform's. Resolves with the milliseconds from asking for the
 * run to its first text.
 */
export async function streamRun(
  dispatcher: Dispatcher,
  url: string,
  { agent, text }: { agent: string; text: string },
): Promise<number> {
  const start = performance.now();
  const started = await dispatcher.request({
    origin: url,
    path: "/api/v1/runs",
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ agent, input: { text } }),
  });
  const run = (await started.body.json()) as { runId: string };
  if (started.statusCode >= 300) throw new Error(`No run was started: ${JSON.stringify(run)}`);
  const path = `/api/v1/runs/${run.runId}/stream`;
  const { statusCode, body } = await dispatcher.request({ origin: url, path, method: "GET" });
  if (statusCode !== 200) throw new Error(`The run cannot be followed: ${statusCode}`);
  let first: number | undefined;
  let completed = false;
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + (chunk as Buffer).toString("utf8")).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith("data: ")) continue;
      const event = JSON.parse(line.slice(6)) as { type?: string; text?: string };
      // One who comes late finds the step completed, and its deltas gone.
      const hasText =
        event.type === "step.completed" || (event.type === "step.delta" && event.text);
      if (hasText) first ??= performance.now() - start;
      completed ||= event.type === "run.completed";
    }
  }
  if (!completed || first === undefined) throw new Error(`No text, or no end, of ${run.runId}.`);
  return first;
}
