import { z } from "zod";

const text = z.string().max(32_767, "a cell of a spreadsheet holds 32,767 characters");

/** A value as it is, or with how it is to be shown. */
export const cellSchema = z.union([
  text,
  z.number(),
  z.boolean(),
  z.null(),
  z.strictObject({
    value: z.union([text, z.number()]).optional(),
    date: z
      .union([z.iso.date(), z.iso.datetime({ local: true })])
      .optional()
      .describe("2026-03-31 or 2026-03-31T09:30:00"),
    formula: z.string().max(8_192).optional().describe('as in a spreadsheet: "=SUM(B2:B9)"'),
    format: z
      .string()
      .max(100)
      .optional()
      .describe('number format, such as "#,##0.00", "0.0%" or "dd.mm.yyyy"'),
    bold: z.boolean().optional(),
    columns: z.int().min(1).max(1_000).optional().describe("how many columns it covers"),
  }),
]);
export type Cell = z.infer<typeof cellSchema>;

export const sheetSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(31)
    .regex(/^[^\\/?*[\]:]+$/, "a sheet's name has none of \\ / ? * [ ] :"),
  rows: z.array(z.array(cellSchema).max(1_000)).max(50_000),
  header: z.boolean().default(true).describe("whether the first row is the head of the columns"),
  widths: z
    .array(z.number().min(1).max(200))
    .max(1_000)
    .optional()
    .describe("of columns, in characters; found out by default"),
});
export type Sheet = z.output<typeof sheetSchema>;
