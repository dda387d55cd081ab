import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { ModelPart } from "@flotilla/core";
import { Answer } from "../answer.ts";
import { modelError, type CallContext } from "../failure.ts";

/**
 * An answer that came whole, judged by the rules of one that was streamed. Throws what those
 * throw, with what the provider bills.
 */
export function completedCall(
  result: LanguageModelV4GenerateResult,
  context: CallContext,
  step: number,
  inputText: () => string,
): Extract<ModelPart, { type: "completed" }> {
  const answer = new Answer(context, step);
  try {
    for (const part of partsOf(result)) answer.take(part);
    return answer.complete(inputText);
  } catch (thrown) {
    const error = modelError(thrown, context);
    const spent = answer.spent(inputText, false);
    throw spent ? error.withUsage(spent.usage, spent.estimated) : error;
  }
}

function* partsOf(result: LanguageModelV4GenerateResult): Generator<LanguageModelV4StreamPart> {
  const { content, response, usage, finishReason } = result;
  if (response?.modelId) yield { type: "response-metadata", modelId: response.modelId };
  for (const [index, part] of content.entries()) {
    const id = String(index);
    const metadata = "providerMetadata" in part && { providerMetadata: part.providerMetadata };
    switch (part.type) {
      case "text":
      case "reasoning":
        yield { type: `${part.type}-start`, id, ...metadata };
        yield { type: `${part.type}-delta`, id, delta: part.text };
        yield { type: `${part.type}-end`, id };
        break;
      case "tool-call":
        yield { type: "tool-input-start", id: part.toolCallId, toolName: part.toolName };
        yield part;
        break;
      default:
        break;
    }
  }
  yield { type: "finish", usage, finishReason };
}
