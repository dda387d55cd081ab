import { messageText, outputText, toolCalls, type Message, type Turn } from "@flotilla/core";

/**
 * A turn as text, for whoever summarises it. Each call stands with its result.
 *
 * @param before steps of the conversation before the run
 */
export function turnText(turn: Turn, before = 0): string {
  const answers = new Map(
    turn.messages.flatMap((message) =>
      message.role === "tool" ? message.results.map((one) => [one.callId, one] as const) : [],
    ),
  );
  const lines = turn.messages.flatMap((message) => linesOf(message, answers));
  return [`Step ${before + turn.step}`, ...lines].join("\n");
}

type Answers = ReadonlyMap<string, Extract<Message, { role: "tool" }>["results"][number]>;

function linesOf(message: Message, answers: Answers): string[] {
  if (message.role === "tool") return [];
  const text = messageText(message);
  if (message.role === "user") return [`User: ${text}`];
  const calls = toolCalls(message).flatMap(({ callId, tool, input }) => {
    const answer = answers.get(callId);
    return [
      `Called ${tool}(${JSON.stringify(input)})`,
      `${answer?.isError ? "Failed" : "Result"}: ${answer ? outputText(answer.output) : "none"}`,
    ];
  });
  return text ? [`Assistant: ${text}`, ...calls] : calls;
}
