import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { labelRead } from "../files/file-labels.ts";
import { pathSchema } from "../files/path.ts";
import { readFileOf } from "../files/read-file.ts";
import { defineTool } from "../tool.ts";
import { draw, drawingName, drawnSchema } from "./draw.ts";

const mostBytes = 2 * 1024 * 1024;

/** Draws a given SVG, without what could do harm where it is opened. */
export const svgRender = defineTool({
  name: "svg_render",
  description:
    "Draws an SVG, given as text or as a file of the workspace, and keeps it as artifacts: the SVG without scripts and without anything that is loaded from elsewhere, and a PNG of it.",
  input: z.strictObject({
    svg: z.string().max(mostBytes).optional(),
    path: pathSchema.optional(),
    name: drawingName.default("drawing"),
    width: z.int().min(1).max(4_096).optional().describe("of the PNG, in pixels"),
  }),
  output: drawnSchema,
  risk: "read",
  reach: "run",
  recovery: "idempotent",
  timeoutMs: 60_000,
  maxAttempts: 1,
  examples: [
    {
      input: {
        svg: '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18"/></svg>',
      },
    },
  ],
  async call({ svg, path, name, width }, context) {
    if ((svg === undefined) === (path === undefined)) {
      throw new FlotillaError("tool_input_invalid", "Give an svg or a path, one of them.");
    }
    if (path !== undefined) await labelRead(context, [path]);
    const text = svg ?? (await readFileOf(context, path ?? "", mostBytes)).toString("utf8");
    return draw({ svg: text, width }, name, context);
  },
});
