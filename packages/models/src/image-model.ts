import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { ImageModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";
import { FlotillaError, type ImageRequest } from "@flotilla/core";
import type { ProviderConfig } from "./config.ts";
import { fetchOf, packageSettings, type Endpoint } from "./language-model.ts";
import type { Wire } from "./wire.ts";

/** An answer holds its images as text. */
const mostAnswerBytes = 64 * 1024 * 1024;
const mostPerCall = 10;

/** The provider package's image model for one endpoint. Throws `unknown_model` where there is none. */
export function imageModel(given: Endpoint, name: string, wire: Wire): ImageModelV4 {
  const { config } = given;
  checkImageModel(config, name);
  const maxResponseBytes = Math.max(config.maxResponseBytes, mostAnswerBytes);
  const endpoint = { ...given, config: { ...config, maxResponseBytes } };
  const model = modelName(name);
  switch (config.kind) {
    case "openai":
      return createOpenAI(packageSettings(endpoint, "json", wire)).image(model);
    case "google":
      return createGoogle(packageSettings(endpoint, "json", wire)).image(model);
    default:
      return createOpenAICompatible({
        name: config.kind,
        baseURL: endpoint.baseURL ?? "",
        ...(endpoint.apiKey && { apiKey: endpoint.apiKey }),
        ...(config.headers && { headers: config.headers }),
        fetch: fetchOf(endpoint, "json", wire),
      }).imageModel(model);
  }
}

/** Throws `unknown_model` where the provider makes no images by a model of that name. */
export function checkImageModel({ kind }: ProviderConfig, name: string): void {
  const model = modelName(name);
  const problem =
    (kind === "anthropic" && "Anthropic has no image models.") ||
    (kind === "google" &&
      !model.startsWith("gemini-") &&
      "Of Google's image models those of Gemini can be asked.");
  if (!problem) return;
  throw new FlotillaError("unknown_model", `${name} makes no images. ${problem}`, {
    remedy:
      "Name an image model, such as openai/gpt-image-1 or google/gemini-2.5-flash-image, or one of a server that speaks OpenAI's API.",
  });
}

/** How many images one request may ask for. */
export function imagesPerCall({ kind }: ProviderConfig, name: string): number {
  return kind === "google" || modelName(name) === "dall-e-3" ? 1 : mostPerCall;
}

const ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"] as const;

/** What a provider is told of size and quality. Throws `model_rejected` for a size that it cannot have. */
export function imageOptions(
  { kind }: ProviderConfig,
  { model, size, quality }: Pick<ImageRequest, "model" | "size" | "quality">,
) {
  const plain = { size: size as `${number}x${number}` | undefined, aspectRatio: undefined };
  switch (kind) {
    case "openai":
      return { ...plain, providerOptions: { openai: { ...(quality && { quality }) } } };
    case "google": {
      const google = quality ? { imageConfig: { imageSize: quality } } : {};
      const aspectRatio = size === undefined ? undefined : aspectRatioOf(model, size);
      return { size: undefined, aspectRatio, providerOptions: { google } };
    }
    default: {
      const own = { response_format: "b64_json", ...(quality && { quality }) };
      return { ...plain, providerOptions: { [kind]: own } as SharedV4ProviderOptions };
    }
  }
}

function aspectRatioOf(model: string, size: string): (typeof ratios)[number] {
  const [width = 0, height = 0] = size.split("x").map(Number);
  const found = ratios.find((ratio) => {
    const [across = 1, down = 1] = ratio.split(":").map(Number);
    return width * down === height * across;
  });
  if (found) return found;
  throw new FlotillaError("model_rejected", `${model} makes no images of ${size}.`, {
    remedy: `Give a size in one of the ratios ${ratios.join(", ")}, such as 1024x1024.`,
  });
}

function modelName(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}
