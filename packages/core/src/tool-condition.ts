import { z } from "zod";
import { jsonSchema } from "./json.ts";
import { labelsSchema } from "./label.ts";
import { toolReaches, toolRisks } from "./port.ts";
import { roleSchema } from "./role.ts";
import { timeZoneSchema } from "./schedule-times.ts";

/** What is tested of a value. All that is named must be so. */
const argTests = {
  /** The same JSON value, of the same type: `"5"` is not 5. */
  equals: jsonSchema.optional(),
  /** One of these. */
  in: z.array(jsonSchema).min(1).max(500).optional(),
  /** A text that fits the RE2 pattern from its beginning to its end. */
  matches: z.string().min(1).max(500).optional(),
  startsWith: z.string().min(1).max(1_000).optional(),
  /** A text that has this in it, or a list with this value. */
  contains: jsonSchema.optional(),
  lessThan: z.number().optional(),
  greaterThan: z.number().optional(),
  /** A URL or mail address whose host is one of these; `*.example.com` is every host below it. */
  hostIn: z.array(z.string().min(1).max(253)).min(1).max(500).optional(),
  /** A path that is this folder or lies below it, `..` reckoned in. */
  under: z.string().min(1).max(1_000).optional(),
};
export const argTestNames = Object.keys(argTests) as (keyof typeof argTests)[];

const hasTest = (one: object) => argTestNames.some((name) => name in one);
const testSchema = z
  .strictObject(argTests)
  .refine(hasTest, `say what is tested: ${argTestNames.join(", ")}`);
export type ArgTest = z.infer<typeof testSchema>;

/** Something that is so of a call's arguments. */
export const argConditionSchema = z
  .strictObject({
    /** A JSONPath (RFC 9535) without filters, such as `$.url` or `$.to[*]`. */
    path: z.string().min(1).max(300).regex(/^\$/, "a JSONPath begins with $: $.url, $.to[*]"),
    /** Of many values: each one, or some. Default: each one for a rule that allows, some for the others. */
    nodes: z.enum(["all", "any"]).optional(),
    /** Whether there is any value. */
    exists: z.boolean().optional(),
    ...argTests,
    /** That this is not so of the value. */
    not: testSchema.optional(),
  })
  .refine(
    (one) => hasTest(one) || one.exists !== undefined || one.not !== undefined,
    `say what is tested: exists, not, ${argTestNames.join(", ")}`,
  );
export type ArgCondition = z.infer<typeof argConditionSchema>;

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "a time is HH:MM");

/** A stretch of the day, as clocks on the wall of a time zone show it. */
export const timeWindowSchema = z.strictObject({
  /** Default: UTC. */
  zone: timeZoneSchema.default("UTC"),
  /** The days on which it begins. Default: every day. */
  days: z.array(z.enum(weekdays)).min(1).max(7).optional(),
  /** Default: 00:00. */
  from: clockTime.optional(),
  /** Until just before this. Not later than `from`: on the next day. Default: 24:00. */
  to: clockTime.optional(),
});
export type TimeWindow = z.infer<typeof timeWindowSchema>;

const labels = labelsSchema.min(1);

/**
 * When a rule holds. What is left out is not asked; all that is named must be so. What cannot be told (a value of
 * another type, a URL that parsers read in two ways, a role where nobody started the run) never makes a rule hold
 * that allows, and never keeps one from holding that asks or denies.
 */
export const toolConditionsSchema = z.strictObject({
  args: z.array(argConditionSchema).min(1).max(20).optional(),
  risk: z.array(z.enum(toolRisks)).min(1).optional(),
  reach: z.array(z.enum(toolReaches)).min(1).optional(),
  /** Of whom the run was started by. */
  roles: z.array(roleSchema).min(1).optional(),
  /** Ids of the people who started the run, themselves or with a key of theirs. */
  users: z.array(z.string().min(1).max(200)).min(1).max(500).optional(),
  /** Of what the run has read so far. */
  labels: z
    .strictObject({ any: labels.optional(), all: labels.optional(), none: labels.optional() })
    .refine((one) => Object.keys(one).length > 0, "say any, all or none")
    .optional(),
  time: timeWindowSchema.optional(),
  /** What the run has spent so far. */
  cost: z
    .strictObject({
      overUsd: z.number().nonnegative().optional(),
      underUsd: z.number().positive().optional(),
    })
    .refine((one) => Object.keys(one).length > 0, "say overUsd or underUsd")
    .optional(),
});
export type ToolConditions = z.infer<typeof toolConditionsSchema>;
