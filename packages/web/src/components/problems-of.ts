import type { z } from "zod";

/** What is wrong with what somebody wrote, by the field's path with dots: the first problem of each. */
export type Problems = Readonly<Record<string, string>>;

export function problemsOf(schema: z.ZodType, value: unknown): Problems {
  const parsed = schema.safeParse(value);
  if (parsed.success) return {};
  const problems: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) problems[path.join(".")] ??= message;
  return problems;
}
