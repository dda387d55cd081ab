import { z } from "zod";

/** `provider/model`, where the provider is a configured name: `openai/gpt-5-mini`. */
export const modelNameSchema = z
  .string()
  .max(200)
  .regex(
    /^[a-z0-9][a-z0-9_-]*\/\S+$/,
    "name a model as provider/model, for example openai/gpt-5-mini",
  );
