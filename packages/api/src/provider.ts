import { z } from "zod";
import type { Transport } from "./transport.ts";

/** Whose key a provider's calls have: the organisation's own, the platform's, none that is needed, or none that is there. */
export const providerKeySchema = z.enum(["own", "platform", "none", "missing"]);
export type ProviderKey = z.infer<typeof providerKeySchema>;

/** A configured provider, as the caller's organisation and environment would call it. */
export const providerSchema = z.object({
  name: z.string(),
  kind: z.string(),
  ready: z.boolean(),
  /** What is missing. */
  problem: z.string().nullable(),
  key: providerKeySchema,
});
export type Provider = z.infer<typeof providerSchema>;

/** Which provider to ask for its models. */
export const providerTestSchema = z.strictObject({ provider: z.string().min(1).max(100) });

/** What became of one request that needs the key. */
export const providerTestedSchema = z.object({
  provider: z.string(),
  ok: z.boolean(),
  /** Why not; empty when it answered. */
  message: z.string(),
  tookMs: z.int().nonnegative(),
  /** What it says that this key may call, as `provider/model`, by name. */
  models: z.array(z.string()),
});
export type ProviderTested = z.infer<typeof providerTestedSchema>;

export function providerClient(http: Transport) {
  return {
    /** Asks it for its models, with the key that calls would have; the answer says what came of it. */
    test: (provider: string) =>
      http.json<ProviderTested>("POST", "/providers/test", { json: { provider } }),
  };
}
