import type { ImageModelV4 } from "@ai-sdk/provider";
import {
  FlotillaError,
  noUsage,
  type ImageAnswer,
  type ImageRequest,
  type MadeImage,
  type Usage,
} from "@flotilla/core";
import type { ProviderConfig } from "./config.ts";
import { modelError, type CallContext } from "./failure.ts";
import { imageOptions } from "./image-model.ts";
import { imageType } from "./image-type.ts";
import { limitSignal } from "./limit-signal.ts";

export interface ImageCall {
  /** Throws when there is no key for it. */
  model(): Promise<ImageModelV4>;
  config: ProviderConfig;
  context: CallContext;
  headers: Record<string, string>;
}

/**
 * One call of an image model. An answer with fewer images than were asked for, or with what is none, is a
 * failure. Throws as `ModelPort.image` promises.
 */
export async function makeImages(
  { model, config, context, headers }: ImageCall,
  request: ImageRequest,
  signal: AbortSignal,
): Promise<ImageAnswer> {
  const { totalMs } = config.timeouts;
  const tooLate = AbortSignal.timeout(totalMs);
  try {
    const made = await (
      await model()
    ).doGenerate({
      ...{ prompt: request.prompt, n: request.count, seed: undefined },
      ...{ files: undefined, mask: undefined },
      ...imageOptions(config, request),
      headers,
      abortSignal: AbortSignal.any([signal, tooLate]),
    });
    const images = made.images.map(imageOf);
    check(images, made.isRetryable, request, context);
    const { usage } = made;
    const limits = limitSignal(plain(made.response.headers));
    return {
      images,
      usage: usageOf(usage?.inputTokens, usage?.outputTokens),
      limits: limits ?? {},
    };
  } catch (thrown) {
    if (signal.aborted) throw cancellation(signal.reason);
    if (!tooLate.aborted) throw modelError(thrown, context);
    const message = `${context.model}: no image came within ${totalMs / 1_000} s.`;
    throw new FlotillaError("model_timeout", message, { transient: true });
  }
}

function imageOf(made: string | Uint8Array): MadeImage {
  const content = typeof made === "string" ? Buffer.from(made, "base64") : made;
  return { content, mediaType: imageType(content) ?? "" };
}

function check(
  images: MadeImage[],
  isRetryable: boolean | undefined,
  { count }: ImageRequest,
  { model }: CallContext,
): void {
  if (images.length === 0 && isRetryable === false) {
    throw new FlotillaError("model_refused", `${model} does not draw this.`);
  }
  const problem =
    images.length < count
      ? `answered with ${images.length} of ${count} images`
      : images.some(({ mediaType }) => mediaType === "") && "answered with what is no image";
  if (!problem) return;
  throw new FlotillaError("model_output_invalid", `${model} ${problem}.`, {
    transient: true,
    remedy: "It is tried again by itself; name another image model if it persists.",
  });
}

function usageOf(inputTokens = 0, outputTokens = 0): Usage {
  const isCount = (value: number) => Number.isInteger(value) && value >= 0;
  return isCount(inputTokens) && isCount(outputTokens)
    ? { ...noUsage, inputTokens, outputTokens }
    : noUsage;
}

function plain(headers: Record<string, string | undefined> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

function cancellation(reason: unknown): FlotillaError {
  if (reason instanceof FlotillaError) return reason;
  return new FlotillaError("cancelled", "The model call was cancelled.", { cause: reason });
}
