import type { Priced } from "@flotilla/core";

/** How an answer came to be priced, in a word. */
export const pricedWords: Readonly<Record<Priced, string>> = {
  call: "list price",
  cache: "from the cache",
  shared: "shared with the same call",
  provider_batch: "provider's batch price",
  image: "by the image",
};
