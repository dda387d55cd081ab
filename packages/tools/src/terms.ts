import {
  FlotillaError,
  toolExampleSchema,
  toolTermsSchema,
  type ToolExample,
  type ToolTerms,
} from "@flotilla/core";
import { z } from "zod";

/** How often, how many at once and for how much a tool is called. */
export interface Terms extends Omit<ToolTerms, "breaksAfter"> {
  /**
   * When the tool is left alone for a while: after so many failures in a row that are its own fault. `false`: never,
   * for tools whose failures speak of what they were asked for. Default: five.
   */
  breaker?: { failures: number } | false;
}

const termsSchema = toolTermsSchema.omit({ breaksAfter: true }).extend({
  breaker: z
    .union(
      [
        z.strictObject({ failures: toolTermsSchema.shape.breaksAfter.unwrap().unwrap() }),
        z.literal(false),
      ],
      { error: "use { failures: 5 }, or false" },
    )
    .optional(),
});
const names = Object.keys(termsSchema.shape);

/**
 * The terms of a definition as its info tells them.
 * Throws what is wrong with them, without the tool's name.
 */
export function termsOf(definition: Terms & { risk?: string | undefined }): ToolTerms {
  const own = Object.entries(definition).filter(([name]) => names.includes(name));
  const { breaker, ...terms } = parse(termsSchema, Object.fromEntries(own), "");
  if (terms.cacheSeconds !== undefined && definition.risk !== "read") {
    throw problem(
      'it has cacheSeconds, and its risk is not "read": only what a tool reads may be answered again',
    );
  }
  if (breaker === undefined) return terms;
  return { ...terms, breaksAfter: breaker === false ? null : breaker.failures };
}

/**
 * The examples of a definition, in JSON, each of which fits the tool's schemas.
 * Throws what is wrong with them, without the tool's name.
 */
export function examplesOf(
  examples: unknown,
  { input, output }: { input: z.ZodType; output: z.ZodType },
): ToolExample[] {
  return parse(z.array(toolExampleSchema), examples, "examples.").map((example, index) => {
    const place = `examples.${index}.`;
    parse(input, example.input, `${place}input.`);
    if (example.output !== undefined) parse(output, example.output, `${place}output.`);
    return example;
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown, prefix: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = `${prefix}${issue?.path.join(".") ?? ""}`.replace(/\.$/, "");
  throw problem(`its ${path} cannot be used: ${issue?.message ?? "it is not valid"}`);
}

function problem(message: string): FlotillaError {
  return new FlotillaError("config_invalid", message);
}
