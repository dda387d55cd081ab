import { z } from "zod";

export const chartKinds = [
  "line",
  "area",
  "bar",
  "stacked",
  "grouped",
  "scatter",
  "pie",
  "histogram",
  "heatmap",
  "boxplot",
] as const;

const valueSchema = z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]);

export const chartSchema = z.strictObject({
  kind: z.enum(chartKinds),
  title: z.string().max(300).optional(),
  data: z
    .array(z.record(z.string().max(200), valueSchema))
    .min(1)
    .max(10_000)
    .describe("rows: an object each, with the same fields"),
  x: z
    .string()
    .max(200)
    .describe(
      "the field along the x axis; of a pie, the field of its parts; of a histogram, the numbers to count",
    ),
  y: z.string().max(200).optional().describe("the field of the values; a histogram has none"),
  series: z
    .string()
    .max(200)
    .optional()
    .describe("the field that tells lines or colours apart; of a heatmap, its rows"),
  xTitle: z.string().max(200).optional(),
  yTitle: z.string().max(200).optional(),
  width: z.int().min(100).max(2_000).default(720),
  height: z.int().min(100).max(2_000).default(400),
});
export type Chart = z.output<typeof chartSchema>;
