import type { TopLevelSpec } from "vega-lite";
import type { Chart } from "./chart.ts";

type Kind = "quantitative" | "nominal" | "temporal";

/** Where points are still told apart. */
const mostPoints = 60;
const isoDate = /^\d{4}-\d{2}(?:-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?)?$/;

/**
 * A chart as a specification of Vega-Lite. The fields have names of our own in it, so that none of the data's can mean
 * anything.
 */
export function chartSpec(chart: Chart): TopLevelSpec {
  const { kind, title, data, width, height } = chart;
  const fields = { x: chart.x, y: chart.y, series: chart.series };
  const values = data.map((row) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, field]) =>
        field === undefined ? [] : [[name, row[field] ?? null]],
      ),
    ),
  );
  const isNumber = kind === "scatter" || kind === "line" || kind === "area" || kind === "histogram";
  const xKind = kindOf(
    values.map((row) => row["x"]),
    isNumber,
  );
  return {
    ...{ width, height, background: "white", padding: 12 },
    ...(title !== undefined && { title: { text: title.split("\n"), anchor: "start" } }),
    data: { values },
    mark: markOf(chart),
    encoding: encodingOf(chart, xKind),
    // Descriptions for screen readers would be expressions made of titles.
    config: {
      aria: false,
      font: "DejaVu Sans",
      view: { stroke: null },
      axis: { gridColor: "#e5e5e5" },
    },
  } as TopLevelSpec;
}

function kindOf(values: readonly unknown[], isNumber: boolean): Kind {
  const known = values.filter((value) => value !== null);
  if (known.length > 0 && known.every((value) => typeof value === "string" && isoDate.test(value)))
    return "temporal";
  return isNumber && known.every((value) => typeof value === "number") ? "quantitative" : "nominal";
}

function markOf({ kind, data }: Chart): object {
  switch (kind) {
    case "line":
      return { type: "line", point: data.length <= mostPoints };
    case "area":
      return { type: "area", opacity: 0.7 };
    case "scatter":
      return { type: "point", filled: true };
    case "pie":
      return { type: "arc", stroke: "white" };
    case "heatmap":
      return { type: "rect" };
    case "boxplot":
      return { type: "boxplot" };
    default:
      return { type: "bar" };
  }
}

function encodingOf(chart: Chart, xKind: Kind): object {
  const { kind, x: xField, y: yField, series: seriesField } = chart;
  const isBanded = ["bar", "stacked", "grouped", "boxplot", "heatmap"].includes(kind);
  const xTitle = chart.xTitle ?? xField;
  const yTitle = chart.yTitle ?? yField ?? "count";
  const x = {
    field: "x",
    title: xTitle,
    ...(isBanded || xKind === "nominal"
      ? { type: "nominal", sort: null, axis: { labelAngle: -30 } }
      : axisOf(xKind)),
  };
  const y = { field: "y", type: "quantitative", title: yTitle };
  const series = { field: "series", type: "nominal", sort: null, title: seriesField };
  const color = seriesField === undefined ? {} : { color: series };
  switch (kind) {
    case "pie":
      return {
        theta: { ...y, stack: true },
        color: { field: "x", type: "nominal", sort: null, title: xTitle },
      };
    case "histogram":
      return {
        x: { field: "x", bin: { maxbins: 30 }, title: xTitle },
        y: { aggregate: "count", title: yTitle },
        ...color,
      };
    case "heatmap":
      return { x, y: series, color: { ...y, title: yTitle } };
    case "grouped":
      return {
        x,
        y,
        ...color,
        ...(seriesField !== undefined && { xOffset: { field: "series", sort: null } }),
      };
    case "scatter":
      return {
        x: { ...x, ...(xKind === "quantitative" && { scale: { zero: false } }) },
        y: { ...y, scale: { zero: false } },
        ...color,
      };
    default:
      return { x, y, ...color };
  }
}

/** Days are days everywhere: times are those of UTC. */
function axisOf(kind: Kind): object {
  return kind === "temporal" ? { type: "temporal", scale: { type: "utc" } } : { type: kind };
}
