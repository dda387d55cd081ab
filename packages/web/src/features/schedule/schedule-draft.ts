import { scheduleSpecSchema, type ScheduleSpec, type ScheduleSpecInput } from "@flotilla/core";
import type { ZodError } from "zod";

/** A schedule as its form holds it: everything may be empty or wrong. */
export interface ScheduleDraft {
  name: string;
  description: string;
  kind: "cron" | "every" | "at";
  cron: string;
  every: number;
  unit: number;
  at: string;
  timeZone: string;
  starts: "run" | "batch";
  agent: string | null;
  /** What the run is asked, or the prompt of each row. */
  text: string;
  /** JSON, a row a line; or the id of a batch. */
  rows: string;
  overlap: ScheduleSpec["overlap"];
  missed: ScheduleSpec["catchUp"]["missed"];
  windowHours: number;
  jitterSeconds: number;
  priority: number;
}

export const units = [
  { value: "1", label: "seconds" },
  { value: "60", label: "minutes" },
  { value: "3600", label: "hours" },
  { value: "86400", label: "days" },
];

export function emptyDraft(timeZone: string): ScheduleDraft {
  return {
    ...{ name: "", description: "", kind: "cron", cron: "0 9 * * MON-FRI", every: 15, unit: 60 },
    ...{ at: "", timeZone, starts: "run", agent: null, text: "", rows: "" },
    ...{ overlap: "skip", missed: "last", windowHours: 1, jitterSeconds: 0, priority: 5 },
  };
}

export function draftOf(spec: ScheduleSpec): ScheduleDraft {
  const { when, start, catchUp } = spec;
  const unit = [86_400, 3_600, 60].find((one) => (when.everySeconds ?? 0) % one === 0) ?? 1;
  const empty = emptyDraft(spec.timeZone);
  return {
    ...empty,
    name: spec.name,
    description: spec.description,
    kind: when.cron !== undefined ? "cron" : when.at !== undefined ? "at" : "every",
    cron: when.cron ?? empty.cron,
    every: (when.everySeconds ?? 900) / (when.everySeconds ? unit : 60),
    unit: when.everySeconds ? unit : 60,
    at: when.at ?? "",
    starts: start.kind,
    agent: start.agent,
    text: start.kind === "run" ? start.input.text : start.template,
    rows: start.kind === "run" ? "" : rowsText(start),
    overlap: spec.overlap,
    missed: catchUp.missed,
    windowHours: catchUp.windowSeconds / 3_600,
    jitterSeconds: spec.jitterSeconds,
    priority: spec.priority,
  };
}

function rowsText({
  rows,
  rowsOf,
}: {
  rows?: object[] | undefined;
  rowsOf?: string | undefined;
}): string {
  return rowsOf ?? (rows ?? []).map((row) => JSON.stringify(row)).join("\n");
}

/** When it is due, as far as it is written. */
export function timesOfDraft({ kind, cron, every, unit, at, timeZone }: ScheduleDraft) {
  const when = { cron: { cron }, every: { everySeconds: every * unit }, at: { at } }[kind];
  return { when, timeZone };
}

/** What is wrong, by the field of the form where it is to be said. */
export type DraftErrors = Partial<Record<keyof ScheduleDraft | "other", string>>;

/** What the fields of a part of the form share. */
export interface DraftFieldsProps {
  draft: ScheduleDraft;
  /** What is wrong with it; told once somebody has tried to save it. */
  errors: DraftErrors;
  onChange: (change: Partial<ScheduleDraft>) => void;
}

/**
 * The spec that a draft means, or what is wrong with it.
 *
 * @param before of a schedule that is changed: what the form does not show stays as it was
 */
export function specOf(
  draft: ScheduleDraft,
  before?: ScheduleSpec,
): { spec: ScheduleSpec } | { errors: DraftErrors } {
  const rows = readRows(draft);
  if ("error" in rows) return { errors: { rows: rows.error } };
  const kept = before && before.start.kind === draft.starts ? before.start : {};
  const { rows: _rows, rowsOf: _rowsOf, ...same } = kept as { rows?: unknown; rowsOf?: unknown };
  const agent = draft.agent ?? "";
  const parsed = scheduleSpecSchema.safeParse({
    ...before,
    name: draft.name.trim(),
    description: draft.description,
    ...timesOfDraft(draft),
    ...(draft.kind === "every" && before?.when.startingAt
      ? { when: { everySeconds: draft.every * draft.unit, startingAt: before.when.startingAt } }
      : {}),
    start:
      draft.starts === "run"
        ? { ...same, kind: "run", agent, input: { text: draft.text } }
        : { ...same, kind: "batch", agent, template: draft.text, ...rows },
    overlap: draft.overlap,
    catchUp: { missed: draft.missed, windowSeconds: Math.round(draft.windowHours * 3_600) },
    jitterSeconds: draft.jitterSeconds,
    priority: draft.priority,
  } satisfies Record<keyof ScheduleSpecInput, unknown> | object);
  return parsed.success ? { spec: parsed.data } : { errors: errorsOf(parsed.error, draft) };
}

function readRows({
  starts,
  rows,
}: ScheduleDraft): { error: string } | { rows?: object[]; rowsOf?: string } {
  const text = rows.trim();
  if (starts === "run" || text === "") return {};
  if (/^bat_\w+$/.test(text)) return { rowsOf: text };
  const found: object[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    try {
      found.push(JSON.parse(line) as object);
    } catch {
      return { error: `Line ${index + 1} is no JSON: write {"column": "value"}, a row a line` };
    }
  }
  return { rows: found };
}

const fields: [path: string, field: (draft: ScheduleDraft) => keyof ScheduleDraft][] = [
  ["name", () => "name"],
  ["description", () => "description"],
  ["timeZone", () => "timeZone"],
  ["when", ({ kind }) => kind],
  ["start.agent", () => "agent"],
  ["start.input", () => "text"],
  ["start.template", () => "text"],
  ["start.rows", () => "rows"],
  ["catchUp", () => "windowHours"],
  ["jitterSeconds", () => "jitterSeconds"],
];

function errorsOf({ issues }: ZodError, draft: ScheduleDraft): DraftErrors {
  const errors: DraftErrors = {};
  for (const { path, message } of issues) {
    const place = path.join(".");
    const [, field] = fields.find(([start]) => place.startsWith(start)) ?? [];
    const key = field?.(draft) ?? "other";
    errors[key] ??= key === "other" ? `${place}: ${message}` : message;
  }
  if (draft.agent === null) errors.agent = "Choose one";
  return errors;
}
