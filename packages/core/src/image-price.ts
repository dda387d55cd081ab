import { z } from "zod";
import { costOf, tokenPricesSchema, type Cost, type Usage } from "./usage.ts";

const micros = z.number().nonnegative();

/** What images of one model cost, in micro-USD (so 0.04 USD is 40_000). */
export const imagePriceSchema = z.strictObject({
  /** One image, where none of the `sizes` is about it. */
  image: micros,
  /** Other prices by size and quality; the first that fits counts. */
  sizes: z
    .array(
      z.strictObject({
        size: z.string().optional(),
        quality: z.string().optional(),
        image: micros,
      }),
    )
    .max(64)
    .optional(),
  /** Where the provider bills the tokens of an image: those count, and `image` is what one may come to. */
  tokens: tokenPricesSchema.optional(),
});
export type ImagePrice = z.infer<typeof imagePriceSchema>;

/** What the price of an image depends on. */
export interface ImageTerms {
  size?: string | undefined;
  quality?: string | undefined;
}

/** Micro-USD of one image, by the price list. */
export function pricePerImage(price: ImagePrice, { size, quality }: ImageTerms): number {
  const fits = (wanted: string | undefined, given: string | undefined) =>
    wanted === undefined || wanted === given;
  const found = price.sizes?.find((one) => fits(one.size, size) && fits(one.quality, quality));
  return found?.image ?? price.image;
}

/** What images cost at most, in whole micro-USD; null when the price is unknown. */
export function mostImageCost(
  price: ImagePrice | null,
  { count, ...terms }: ImageTerms & { count: number },
  promptTokens: number,
): number | null {
  if (!price) return null;
  const prompt = (promptTokens * (price.tokens?.input ?? 0)) / 1_000_000;
  return Math.ceil(pricePerImage(price, terms) * count + prompt);
}

/** What so many images cost. An unknown price is never counted as 0. */
export function imageCost(
  price: ImagePrice | null,
  { count, ...terms }: ImageTerms & { count: number },
  usage: Usage,
): Cost & { perImage?: number } {
  if (!price) return { costMicros: null };
  if (price.tokens && usage.outputTokens > 0) return costOf(usage, price.tokens);
  const perImage = pricePerImage(price, terms);
  return { costMicros: Math.ceil(perImage * count), perImage };
}
