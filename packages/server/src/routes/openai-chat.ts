import { FlotillaError } from "@flotilla/core";
import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { openAiAnswers } from "../openai/answers.ts";
import { answerRunError, nameRun, requestSignal, takeRun } from "../openai/answer-run.ts";
import { ChatAnswer } from "../openai/chat-answer.ts";
import { chatPlan } from "../openai/chat-request.ts";
import { chatRequestSchema } from "../openai/chat-schema.ts";
import { openAiRunError } from "../openai/error.ts";
import { agentOf, startPlan } from "../openai/plan.ts";
import { repeatableField } from "../http/idempotent.ts";
import { jsonBody } from "../openapi.ts";
import { rechecker, type EventStreamParts } from "../streams/event-stream.ts";
import { sendEvents } from "../streams/send-events.ts";

const complete = guardedRoute("agents.run", {
  [repeatableField]: true,
  method: "post",
  path: "/chat/completions",
  summary: "Run an agent as a model of OpenAI's Chat Completions API",
  tags: ["openai"],
  request: { body: jsonBody(chatRequestSchema) },
  responses: openAiAnswers("The completion, or its chunks as events.", undefined, true),
});

export function openAiChatRoute(app: ApiApp, streams: EventStreamParts): void {
  app.openapi(complete, async (c) => {
    const body = c.req.valid("json");
    const { runId, agent } = await startPlan(c, agentOf(body.model), () => chatPlan(body));
    nameRun(c, runId);
    const answer = new ChatAnswer({
      runId,
      model: body.model,
      finalOnly:
        agent.spec.output !== undefined || (body.response_format?.type ?? "text") !== "text",
      includeUsage: body.stream_options?.include_usage === true,
    });
    if (body.stream !== true) {
      const signal = requestSignal(c);
      await takeRun(c, streams, { runId, signal }, (event) => {
        answer.push(event);
        return answer.end !== undefined;
      });
      const { end } = answer;
      if (!end) throw cutOff(runId);
      if ("error" in end) return answerRunError(c, end.error, runId);
      return c.json(answer.completion(end.finish));
    }
    return sendEvents(
      c,
      streams,
      { ask: rechecker(c, streams, "run") },
      async ({ signal, write }) => {
        const send = (items: object[]) => write(items.map(frame).join(""));
        await takeRun(c, streams, { runId, signal }, async (event) => {
          const chunks = answer.push(event);
          if (chunks.length > 0) await send(chunks);
          return answer.end !== undefined;
        });
        const { end } = answer;
        if (end && "error" in end) await send([openAiRunError(end.error, runId)]);
        else if (end) await write("data: [DONE]\n\n");
      },
    );
  });
}

const frame = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

/** The server closes while a client waits: the run goes on. */
export function cutOff(runId: string): FlotillaError {
  return new FlotillaError("unavailable", `The server closes; run ${runId} goes on.`, {
    remedy: "Read the run; sending the request again starts another one.",
  });
}
