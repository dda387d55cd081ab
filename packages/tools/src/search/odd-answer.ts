import { FlotillaError } from "@flotilla/core";
import type { z } from "zod";

/** What does not fit the form of a service's answers. */
export function oddAnswer(service: string, cause: unknown): FlotillaError {
  return new FlotillaError("tool_failed", `${service} answered with something else than results.`, {
    remedy: "Check the address of the connection; SearXNG must have json among its formats.",
    cause,
  });
}

/** A service's answer in its form. Throws `tool_failed`. */
export function readAnswer<T>(service: string, schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw oddAnswer(service, parsed.error);
}
