import { unreadable } from "../documents/unreadable.ts";
import { serveThread } from "../thread/serve-thread.ts";
import type { Chart } from "./chart.ts";

/** `width`: of the picture, in pixels; left out: as wide as the SVG says. */
export type DrawWork = { chart: Chart } | { svg: string; width: number | undefined };

export interface Drawn {
  svg: string;
  png: Uint8Array;
  width: number;
  height: number;
}

const widest = 4_096;
/** A chart's picture has so many pixels for one of its own, to be sharp. */
const sharpness = 2;

serveThread(async (work: DrawWork): Promise<Drawn> => {
  const { safeSvg } = await import("./safe-svg.ts");
  const { rasterise, sizeOf } = await import("./rasterise.ts");
  const drawn =
    "chart" in work ? await (await import("./draw-chart.ts")).drawChart(work.chart) : work.svg;
  const svg = safeSvg(drawn);
  let size: { width: number; height: number };
  try {
    size = await sizeOf(svg);
  } catch (error) {
    throw unreadable(
      `its SVG cannot be drawn (${String(error)})`,
      "Correct the SVG: give it a width and a height, or a viewBox.",
    );
  }
  const wanted = "chart" in work ? size.width * sharpness : (work.width ?? size.width);
  const tallest = (widest * size.width) / Math.max(size.height, 1);
  const width = Math.max(1, Math.round(Math.min(wanted, widest, tallest)));
  const height = Math.max(1, Math.round((size.height * width) / size.width));
  return { svg, png: await rasterise(svg, width), width, height };
});
