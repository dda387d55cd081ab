import type { Dispatcher } from "undici";

export interface ChatMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string | null;
  tool_calls?: ChatToolCall[];
  tool_call_id?: string;
}

export interface ChatToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export interface ChatRequest {
  model: string;
  stream: true;
  messages: ChatMessage[];
  tools?: unknown[];
}

interface Delta {
  content?: string | null;
  tool_calls?: { index: number; id?: string; function: { name?: string; arguments?: string } }[];
}

/**
 * One streamed chat completion with as little as it takes: undici's dispatcher and JSON.parse.
 * Resolves with the assistant's message; `onText` is told of each piece of text. Throws when the
 * answer is not 200 or ends without its terminal marker.
 */
export function streamChat(
  dispatcher: Dispatcher,
  origin: string,
  path: string,
  request: ChatRequest,
  onText?: (text: string) => void,
): Promise<ChatMessage> {
  const message: ChatMessage = { role: "assistant", content: null };
  let rest = "";
  let finished = false;

  function take(line: string): void {
    if (line === "data: [DONE]") finished = true;
    else if (line.startsWith("data: ")) {
      const delta = JSON.parse(line.slice(6)).choices[0]?.delta as Delta | undefined;
      if (delta?.content) {
        message.content = (message.content ?? "") + delta.content;
        onText?.(delta.content);
      }
      for (const piece of delta?.tool_calls ?? []) addToolCall(message, piece);
    }
  }

  return new Promise((resolve, reject) => {
    const options = {
      origin,
      path,
      method: "POST" as const,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    };
    dispatcher.dispatch(options, {
      onRequestStart: () => undefined,
      onResponseStart(controller, status) {
        if (status !== 200) controller.abort(new Error(`The mock answered ${status}.`));
      },
      onResponseData(_controller, chunk) {
        const lines = (rest + chunk.toString("latin1")).split("\n");
        rest = lines.pop()!;
        for (const line of lines) take(line);
      },
      onResponseEnd() {
        if (finished) resolve(message);
        else reject(new Error("The stream ended without its terminal marker."));
      },
      onResponseError: (_controller, error) => reject(error),
    });
  });
}

function addToolCall(message: ChatMessage, piece: NonNullable<Delta["tool_calls"]>[number]): void {
  const calls = (message.tool_calls ??= []);
  const call = (calls[piece.index] ??= {
    id: "",
    type: "function",
    function: { name: "", arguments: "" },
  });
  call.id ||= piece.id ?? "";
  call.function.name ||= piece.function.name ?? "";
  call.function.arguments += piece.function.arguments ?? "";
}
