import {
  endedSourceSchema,
  startTemplateSchema,
  triggerNameSchema,
  triggerSchema,
  triggerStartSchema,
  webhookSourceSchema,
  type Trigger,
  type TriggerStart,
} from "@flotilla/core";
import { z } from "zod";
import { pageQuerySchema, pageSchema, type Page, type PageQuery } from "./page.ts";
import type { Transport } from "./transport.ts";

export const triggerParamsSchema = z.object({ name: triggerNameSchema });
export const hookParamsSchema = z.object({
  triggerId: z.string().regex(/^trg_[0-9a-z]{26}$/, "not a trigger's id"),
});

/** Sets a trigger, in place of the one of that name. */
export const triggerSetSchema = z.strictObject({
  source: z.discriminatedUnion("kind", [
    /** Without a credential, one of its own is made for it. */
    webhookSourceSchema.partial({ credential: true }),
    endedSourceSchema,
  ]),
  start: startTemplateSchema,
  enabled: z.boolean().default(true),
});
export type TriggerSet = z.input<typeof triggerSetSchema>;

/** As it stands in a file. */
export const triggerSpecSchema = triggerSetSchema.extend({ name: triggerNameSchema });
export type TriggerSpec = z.output<typeof triggerSpecSchema>;

export const triggerMadeSchema = triggerSchema.extend({
  /** Where a webhook is to be sent. */
  url: z.string().optional(),
  /** What it is to be signed with, where that was made now: it is not shown again. */
  secret: z.string().optional(),
});
export type TriggerMade = z.infer<typeof triggerMadeSchema>;

export const triggerListSchema = pageSchema(triggerSchema);
export const triggerStartPageSchema = pageSchema(triggerStartSchema);
export const triggerStartQuerySchema = pageQuerySchema;

/** What is posted to a trigger: any JSON, as its sender writes it. */
export const hookBodySchema = z.unknown();
export const hookTakenSchema = z.object({
  /** What it has started, or will: the same for what was sent before. */
  runId: z.string().nullable(),
  batchId: z.string().nullable(),
  /** It was here before; nothing is started again. */
  duplicate: z.boolean(),
});

export function triggerClient(http: Transport) {
  const path = (name: string) => `/triggers/${encodeURIComponent(name)}`;
  return {
    list: () => http.json<{ items: Trigger[] }>("GET", "/triggers"),
    get: (name: string) => http.json<TriggerMade>("GET", path(name)),
    /** In place of the trigger of that name. */
    set: (name: string, trigger: TriggerSet) =>
      http.json<TriggerMade>("PUT", path(name), { json: trigger }),
    remove: (name: string) => http.json<void>("DELETE", path(name)),
    /** What became of its occasions, newest first. */
    starts: (name: string, query: PageQuery = {}) =>
      http.json<Page<TriggerStart>>("GET", `${path(name)}/starts`, { query: query as never }),
  };
}
