/** The provider's model that the bench is about. */
export const limitedModel = "limited";

/** The same without limits and latency. */
export const openModel = "open";
