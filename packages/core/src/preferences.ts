import { z } from "zod";

/** What a user likes; each has a default. */
export const preferencesSchema = z.strictObject({
  colorScheme: z.enum(["auto", "light", "dark"]).default("auto"),
  /** By its IANA name; null: the browser's. */
  timeZone: z
    .string()
    .max(100)
    .refine(isTimeZone, "name a time zone as Europe/Berlin or UTC")
    .nullable()
    .default(null),
  /** The path of the web app that is opened first. */
  startPage: z
    .string()
    .max(500)
    .regex(/^\/(?!\/)[\w\-./?=&%]*$/, "give a path of the web app, as /runs")
    .default("/"),
  density: z.enum(["comfortable", "compact"]).default("comfortable"),
  /** Whether he gets e-mail of what concerns him. */
  notifications: z.boolean().default(true),
});
export type Preferences = z.output<typeof preferencesSchema>;

/** Some of them; null takes the default again. */
export const preferencesChangeSchema = z.strictObject({
  colorScheme: preferencesSchema.shape.colorScheme.unwrap().nullable().optional(),
  timeZone: preferencesSchema.shape.timeZone.unwrap().optional(),
  startPage: preferencesSchema.shape.startPage.unwrap().nullable().optional(),
  density: preferencesSchema.shape.density.unwrap().nullable().optional(),
  notifications: preferencesSchema.shape.notifications.unwrap().nullable().optional(),
});
export type PreferencesChange = z.infer<typeof preferencesChangeSchema>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
