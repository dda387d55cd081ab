import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { drawingName } from "../charts/draw.ts";
import { defineTool, type Tool } from "../tool.ts";

const mostImages = 4;

/** @param model the one that is asked where a call names none; empty: a call must name one */
export function imageGenerate(model: string): Tool {
  return defineTool({
    name: "image_generate",
    description:
      "Has an image model make images from a description, and keeps them as artifacts of the run. What they cost counts against the run's budget. For charts and drawings that must be exact use chart_render or svg_render.",
    input: z.strictObject({
      prompt: z.string().min(1).max(32_000).describe("what is to be seen, and in which style"),
      model: z
        .string()
        .regex(/^[^/\s]+\/\S+$/, "name it as provider/model, such as openai/gpt-image-1")
        .max(200)
        .optional()
        .describe(
          `provider/model${model ? `; left out: ${model}` : ", such as openai/gpt-image-1"}`,
        ),
      size: z
        .string()
        .regex(/^[1-9]\d{1,4}x[1-9]\d{1,4}$/, "write it as 1024x1024")
        .optional()
        .describe("width x height in pixels, 1024x1024; left out: as the model likes"),
      quality: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,20}$/)
        .optional()
        .describe("as the model names it: low, medium, high, hd"),
      count: z.int().min(1).max(mostImages).default(1),
      name: drawingName.default("image"),
    }),
    output: z.strictObject({
      model: z.string(),
      images: z.array(
        z.strictObject({
          artifact: z.string(),
          mediaType: z.string(),
          bytes: z.int().nonnegative(),
        }),
      ),
    }),
    risk: "read",
    reach: "own",
    recovery: "idempotent",
    timeoutMs: 600_000,
    maxAttempts: 4,
    examples: [
      { input: { prompt: "A lighthouse at dusk, watercolour", size: "1024x1024" } },
      { input: { prompt: "A paper boat", model: "openai/gpt-image-1", quality: "low", count: 2 } },
    ],
    async call({ model: named, ...question }, context) {
      const asked = named ?? model;
      if (asked === "") {
        throw new FlotillaError("tool_input_invalid", "No image model is named.", {
          remedy: "Give a model, or set imageModel in the configuration.",
        });
      }
      const made = await context.image({ ...question, model: asked });
      const images = made.images.map(({ id, ...about }) => ({ artifact: id, ...about }));
      return { model: made.model, images };
    },
  });
}
