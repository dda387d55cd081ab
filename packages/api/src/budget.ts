import {
  budgetLevelSchema,
  budgetPeriodSchema,
  budgetSchema,
  organisationSchema,
} from "@flotilla/core";
import { z } from "zod";
import { lineText } from "./bounds.ts";
import { pageSchema } from "./page.ts";

const modelName = /^[^/]+\/./;
const highestLimitUsd = 1_000_000_000;

export const budgetParamsSchema = z.object({
  budgetId: z.string().regex(/^bud_[0-9a-z]{26}$/, "not a budget id"),
});

/** Sets a budget, in place of the one of the same level, name, organisation and period. */
export const budgetSetSchema = z
  .strictObject({
    level: budgetLevelSchema,
    /** The organisation, user, agent or model. */
    name: lineText.min(1).max(300),
    /**
     * Whose spending counts. Default: the caller's organisation; for who runs the platform, of a user
     * `default`, of an agent or model any.
     */
    organisation: organisationSchema.nullable().optional(),
    period: budgetPeriodSchema.default("month"),
    limitUsd: z.number().positive().max(highestLimitUsd),
    /** Told once this part of it is spent. */
    alertPercent: z.int().min(1).max(100).default(80),
    /** Refuse calls without a known price. */
    strict: z.boolean().default(false),
  })
  .refine(({ level, name }) => level !== "model" || modelName.test(name), {
    path: ["name"],
    error: "a model is named provider/model",
  })
  .transform((given) => ({ ...given, organisation: organisationOf(given) }));
export type BudgetSet = z.input<typeof budgetSetSchema>;

function organisationOf(given: {
  level: z.infer<typeof budgetLevelSchema>;
  name: string;
  organisation?: string | null | undefined;
}): string | null {
  if (given.level === "organisation") return given.name;
  return given.organisation ?? null;
}

export const budgetListSchema = pageSchema(budgetSchema);
