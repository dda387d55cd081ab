import { FlotillaError } from "@flotilla/core";
import { defineTool } from "../tool.ts";
import { chartSchema, type Chart } from "./chart.ts";
import { draw, drawingName, drawnSchema } from "./draw.ts";

/** Draws a chart from rows of data, offline. */
export const chartRender = defineTool({
  name: "chart_render",
  description:
    "Draws a chart from data and keeps it as artifacts, SVG and PNG: line, area, bar, stacked or grouped bars, scatter, pie, histogram, heatmap, boxplot. Dates on the x axis are written 2026-03-31.",
  input: chartSchema.extend({ name: drawingName.default("chart") }),
  output: drawnSchema,
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 60_000,
  maxAttempts: 1,
  examples: [
    {
      input: {
        kind: "bar",
        title: "Sales",
        data: [
          { month: "Jan", amount: 12 },
          { month: "Feb", amount: 17 },
        ],
        x: "month",
        y: "amount",
      },
    },
  ],
  call: async ({ name, ...chart }, context) => {
    checkFields(chart);
    return draw({ chart }, name, context);
  },
});

function checkFields({ kind, data, x, y, series }: Chart): void {
  if (y === undefined && kind !== "histogram")
    throw invalid(`A ${kind} chart needs y`, "Give y: the field of the values.");
  if (series === undefined && kind === "heatmap")
    throw invalid("A heatmap needs series", "Give series: the field of its rows.");
  for (const field of [x, y, series]) {
    if (field === undefined || data.some((row) => Object.hasOwn(row, field))) continue;
    const known = [...new Set(data.flatMap((row) => Object.keys(row)))].slice(0, 20).join(", ");
    throw invalid(`No row has the field "${field}"`, `Name one of: ${known}.`);
  }
  const values = kind === "histogram" ? x : y;
  const isText = (value: unknown) => typeof value === "string";
  if (values !== undefined && data.some((row) => isText(row[values]))) {
    throw invalid(
      `The values of "${values}" are not all numbers`,
      "Give them as numbers, without units and separators.",
    );
  }
}

function invalid(problem: string, remedy: string): FlotillaError {
  return new FlotillaError("tool_input_invalid", `${problem}.`, { remedy });
}
