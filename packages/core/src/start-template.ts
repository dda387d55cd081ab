import { z } from "zod";
import type { Agent } from "./agent.ts";
import { agentNameSchema } from "./agent.ts";
import type { Environment, StartedBy } from "./caller.ts";
import { FlotillaError } from "./error.ts";
import type { RunInput } from "./input.ts";
import type { Json, JsonObject } from "./json.ts";
import { jsonObjectSchema } from "./json.ts";
import type { Label } from "./label.ts";
import { outputText } from "./message.ts";
import type { RunRequest } from "./run-request.ts";
import { templateColumns } from "./template.ts";

/** As the database holds text: without the NUL character. */
const storable = (text: string) => !text.includes("\0");
const noNul = "must not hold a NUL character";

const agentFields = {
  agent: agentNameSchema,
  /** Default: the newest one at the time of the start. */
  version: z.int().positive().max(2_147_483_647).optional(),
};

/** One run. `{{schedule.date}}` and the like stand for what is known when it starts. */
export const runTemplateSchema = z.strictObject({
  kind: z.literal("run"),
  ...agentFields,
  input: z.strictObject({ text: z.string().min(1).max(100_000) }),
});

/** A batch, over rows that are given here or those of another batch as they are at the start. */
export const batchTemplateSchema = z.strictObject({
  kind: z.literal("batch"),
  ...agentFields,
  /** Default: the name of what starts it, and when it was due. */
  name: z.string().min(1).max(200).refine(storable, noNul).optional(),
  /** The prompt of each row: `{{column}}` for its values, `{{schedule.date}}` and the like for those of the start. */
  template: z.string().min(1).max(100_000).refine(storable, noNul),
  rows: z.array(jsonObjectSchema).min(1).max(1_000).optional(),
  /** The batch whose rows are taken, each time it starts; it may be a draft. */
  rowsOf: z
    .string()
    .regex(/^bat_[0-9a-z]{26}$/, "not a batch id")
    .optional(),
  /** Runs at once. */
  concurrency: z.int().min(1).max(10_000).default(100),
  /** Once this much is spent no further row starts. null: no budget. */
  budgetUsd: z.number().positive().max(1_000_000_000).nullable().default(null),
});

/** What a schedule or a trigger starts: a run or a batch, with places for what is known only then. */
export const startTemplateSchema = z
  .discriminatedUnion("kind", [runTemplateSchema, batchTemplateSchema])
  .refine(
    (start) => start.kind === "run" || (start.rows === undefined) !== (start.rowsOf === undefined),
    { path: ["rows"], error: "give either rows or rowsOf" },
  );

export type StartTemplate = z.infer<typeof startTemplateSchema>;
type BatchTemplate = z.infer<typeof batchTemplateSchema>;

/** A run to be created. */
export interface PlannedRun {
  runId: string;
  agentId: string;
  agentName: string;
  agentVersion: number;
  input: RunInput;
  organisation: string;
  environment: Environment;
  startedBy?: StartedBy;
  user?: string;
  request?: RunRequest;
  labels?: Label[];
  interactive: boolean;
}

/** A batch to be created and started, with its rows. */
export interface PlannedBatch {
  id: string;
  name: string;
  agentId: string;
  agentVersion: number;
  template: string;
  concurrency: number;
  priority: number;
  budgetMicros: number | null;
  organisation: string;
  environment: Environment;
  startedBy?: StartedBy;
  user?: string;
  labels?: Label[];
  /** Those of another batch are given by its id. */
  rows: JsonObject[] | string;
  /** Added to each row as columns. */
  columns: JsonObject;
}

/** What is to be created when something starts. */
export type PlannedStart =
  | { kind: "run"; run: PlannedRun }
  | { kind: "batch"; batch: PlannedBatch };

/** What a template needs to become a start. */
export interface StartContext {
  /** What the places stand for, by the first part of their names: `schedule`, `trigger`. */
  values: JsonObject;
  /** Names a batch that has no name of its own. */
  name: string;
  /** 0 to 9, of a batch. Default: 5. */
  priority?: number;
  /** The caller's notes on a run. */
  labels?: Record<string, string>;
  /** Where the values of its places come from. */
  origin?: Label[];
  organisation: string;
  environment: Environment;
  startedBy?: StartedBy;
  user?: string;
  newId: (prefix: "run" | "bat") => string;
}

/**
 * The start that a template means, of this version of its agent. Throws `invalid_request` when it names
 * a place that is not there, `conflict` when the agent is archived.
 */
export function planStart(
  template: StartTemplate,
  agent: Agent,
  context: StartContext,
): PlannedStart {
  if (agent.archivedAt) {
    throw new FlotillaError("conflict", `Agent "${agent.name}" is archived.`, {
      remedy: "Apply it again to take it back, or name another agent.",
    });
  }
  const { organisation, environment, startedBy, user, values, labels = {}, origin } = context;
  const owner = {
    organisation,
    environment,
    ...(startedBy && { startedBy }),
    ...(user !== undefined && { user }),
    ...(origin && { labels: origin }),
  };
  const pinned = { agentId: agent.id, agentVersion: agent.version };
  if (template.kind === "batch") {
    return { kind: "batch", batch: planBatch(template, context, { ...pinned, ...owner }) };
  }
  const isLabelled = Object.keys(labels).length > 0;
  const run: PlannedRun = {
    runId: context.newId("run"),
    agentName: agent.name,
    ...pinned,
    ...owner,
    input: { text: fillPlaces(template.input.text, values) },
    ...(isLabelled && { request: { metadata: labels } }),
    interactive: false,
  };
  return { kind: "run", run };
}

function planBatch(
  template: BatchTemplate,
  context: StartContext,
  pinned: Pick<
    PlannedBatch,
    "agentId" | "agentVersion" | "organisation" | "environment" | "labels"
  >,
): PlannedBatch {
  const { values, name, priority = 5 } = context;
  const { rows = [], rowsOf, budgetUsd, concurrency } = template;
  const id = context.newId("bat");
  // A value is never read as a template: it comes to each row as a column with the place's name.
  const places = templateColumns(template.template).filter((place) => isPlace(place, values));
  return {
    ...pinned,
    id,
    name: fillPlaces(template.name ?? name, values)
      .replaceAll("\0", " ")
      .slice(0, 200),
    template: template.template,
    concurrency,
    priority,
    budgetMicros: budgetUsd === null ? null : Math.ceil(budgetUsd * 1_000_000),
    rows: rowsOf ?? rows.map((row) => fillRow(row, values) as JsonObject),
    columns: Object.fromEntries(places.map((place) => [place, valueAt(place, values)])),
  };
}

const placeholder = /\{\{\s*([^{}]+?)\s*\}\}/g;

/**
 * A text with what its places stand for: `{{schedule.dueAt}}` is the value at that path. What is not text is
 * written as JSON. Values are inserted as they are. Throws `invalid_request` when there is no such value.
 */
export function fillPlaces(text: string, values: JsonObject): string {
  return text.replace(placeholder, (_all, place: string) => outputText(valueAt(place, values)));
}

/** Texts anywhere in a row; other places than those of `values` stay, since a prompt may speak of them. */
function fillRow(value: Json, values: JsonObject): Json {
  if (typeof value === "string") {
    return value.replace(placeholder, (all, place: string) =>
      isPlace(place, values) ? outputText(valueAt(place, values)) : all,
    );
  }
  if (Array.isArray(value)) return value.map((one) => fillRow(one, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillRow(one, values)]));
}

function isPlace(place: string, values: JsonObject): boolean {
  return Object.hasOwn(values, place.split(".")[0] as string);
}

function valueAt(place: string, values: JsonObject): Json {
  let value: Json | undefined = values;
  for (const part of place.split(".")) {
    const within = value as JsonObject | undefined;
    const isHere = typeof within === "object" && within !== null && Object.hasOwn(within, part);
    value = isHere ? within[part] : undefined;
  }
  if (value !== undefined) return value;
  const known = Object.entries(values).flatMap(([root, inner]) =>
    Object.keys(Object(inner)).map((name) => `{{${root}.${name}}}`),
  );
  throw new FlotillaError("invalid_request", `There is nothing for {{${place}}} to stand for.`, {
    remedy: `Use a place that is there: ${known.slice(0, 20).join(", ")}.`,
  });
}
