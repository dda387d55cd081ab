import { scheduleSpecSchema, type ScheduleSpec, type ScheduleSpecInput } from "@flotilla/core";
import type { ZodError } from "zod";
import { startDraftOf, templateOf, type StartDraft } from "./start-draft.ts";

/** A schedule as its form holds it: everything may be empty or wrong. */
export interface ScheduleDraft extends StartDraft {
  name: string;
  description: string;
  kind: "cron" | "every" | "at";
  cron: string;
  every: number;
  unit: number;
  at: string;
  timeZone: string;
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
    ...startDraftOf(start),
    overlap: spec.overlap,
    missed: catchUp.missed,
    windowHours: catchUp.windowSeconds / 3_600,
    jitterSeconds: spec.jitterSeconds,
    priority: spec.priority,
  };
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
  const template = templateOf(draft, before?.start);
  if ("error" in template) return { errors: { rows: template.error } };
  const parsed = scheduleSpecSchema.safeParse({
    ...before,
    name: draft.name.trim(),
    description: draft.description,
    ...timesOfDraft(draft),
    ...(draft.kind === "every" && before?.when.startingAt
      ? { when: { everySeconds: draft.every * draft.unit, startingAt: before.when.startingAt } }
      : {}),
    ...template,
    overlap: draft.overlap,
    catchUp: { missed: draft.missed, windowSeconds: Math.round(draft.windowHours * 3_600) },
    jitterSeconds: draft.jitterSeconds,
    priority: draft.priority,
  } satisfies Record<keyof ScheduleSpecInput, unknown> | object);
  return parsed.success ? { spec: parsed.data } : { errors: errorsOf(parsed.error, draft) };
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
