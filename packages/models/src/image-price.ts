import type { ImagePrice } from "@flotilla/core";
import { listedPrices } from "./price.ts";

/** Micro-USD of an image of DALL·E, which OpenAI bills by the image. */
const byImage: Readonly<Record<string, ImagePrice>> = {
  "openai/dall-e-2": {
    image: 20_000,
    sizes: [
      { size: "256x256", image: 16_000 },
      { size: "512x512", image: 18_000 },
    ],
  },
  "openai/dall-e-3": {
    image: 40_000,
    sizes: [
      { size: "1024x1024", quality: "hd", image: 80_000 },
      { quality: "hd", image: 120_000 },
      { size: "1024x1792", image: 80_000 },
      { size: "1792x1024", image: 80_000 },
    ],
  },
};

/** Output tokens of one image of the GPT image models, as OpenAI documents them. */
const openaiTokens = [
  { quality: "low", square: 272, portrait: 408, landscape: 400 },
  { quality: "medium", square: 1_056, portrait: 1_584, landscape: 1_568 },
  { quality: "high", square: 4_160, portrait: 6_240, landscape: 6_208 },
];
const mostOpenaiTokens = 6_240;

/** Of the Gemini image models: an image up to 1K, and the largest. */
const googleTokens = { usual: 1_290, most: 2_000 };

/**
 * The public list price of an image model, by its exact id. Models that are billed by tokens have the
 * catalogue's price of these, and from it the price of an image by size and quality.
 *
 * @returns null when nobody has listed it
 */
export function imageListPrice(provider: string, model: string, now: Date): ImagePrice | null {
  const known = byImage[`${provider}/${model}`];
  if (known) return known;
  const listed = listedPrices(provider, model, now);
  if (!listed) return null;
  const { input, output, imageOutput } = listed;
  const each = imageOutput ?? output;
  const tokens = { input, output: each };
  const cost = (count: number) => (count * each) / 1_000_000;
  if (provider === "openai" && /\bimage\b/.test(model)) {
    const sizes = openaiTokens.flatMap(({ quality, square, portrait, landscape }) => [
      { size: "1024x1024", quality, image: cost(square) },
      { size: "1024x1536", quality, image: cost(portrait) },
      { size: "1536x1024", quality, image: cost(landscape) },
      { quality, image: cost(Math.max(portrait, landscape)) },
    ]);
    return { image: cost(mostOpenaiTokens), sizes, tokens };
  }
  if (provider !== "google" || imageOutput === undefined) return null;
  const sizes = [{ quality: "1K", image: cost(googleTokens.usual) }];
  return { image: cost(googleTokens.most), sizes, tokens };
}
