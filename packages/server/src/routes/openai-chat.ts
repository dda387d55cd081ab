import { guardedRoute } from "../access/guarded-route.ts";
import type { ApiApp } from "../app-parts.ts";
import { openAiAnswers } from "../openai/answers.ts";
import { answerRunError, nameRun, streamAnswer, wholeAnswer } from "../openai/answer-run.ts";
import { ChatAnswer, type ChatEnd } from "../openai/chat-answer.ts";
import { chatPlan } from "../openai/chat-request.ts";
import { chatRequestSchema } from "../openai/chat-schema.ts";
import { openAiRunError } from "../openai/error.ts";
import { agentOf, startPlan } from "../openai/plan.ts";
import { repeatableField } from "../http/idempotent.ts";
import { jsonBody } from "../openapi.ts";
import type { EventStreamParts } from "../streams/event-stream.ts";

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
    const told = { runId, answer };
    if (body.stream === true) {
      return streamAnswer(c, streams, told, frame, () => {
        const { end } = answer;
        const isError = end !== undefined && "error" in end;
        return isError ? frame(openAiRunError(end.error, runId)) : "data: [DONE]\n\n";
      });
    }
    await wholeAnswer(c, streams, told);
    const end = answer.end as ChatEnd;
    if ("error" in end) return answerRunError(c, end.error, runId);
    return c.json(answer.completion(end.finish));
  });
}

const frame = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
