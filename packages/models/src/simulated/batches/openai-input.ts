import { z } from "zod";
import { parsedJson } from "./batch-desk.ts";

/** Why a file of calls cannot be a batch, as the API lists it. */
export type InputErrors = {
  code: string;
  message: string;
  param: string | null;
  line: number | null;
}[];

const lineSchema = z.object({
  custom_id: z.string().min(1),
  method: z.literal("POST"),
  url: z.string(),
  body: z.looseObject({ model: z.string() }),
});

const mostCalls = 50_000;

/** Reads an input file as the API validates it: one wrong line fails the whole batch. */
export function readInput(
  text: string,
  endpoint: string,
): { calls: { customId: string; body: unknown }[]; errors: InputErrors | undefined } {
  const calls: { customId: string; body: unknown }[] = [];
  const errors: InputErrors = [];
  const seen = new Set<string>();
  const models = new Set<string>();
  const wrong = (code: string, message: string, param: string | null, line: number | null) =>
    errors.push({ code, message, param, line });
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const { data } = lineSchema.safeParse(parsedJson(line));
    if (!data) {
      wrong("invalid_json_line", "This line is not parseable as a request.", null, index + 1);
      continue;
    }
    const { custom_id: customId, url, body } = data;
    if (seen.has(customId))
      wrong("duplicate_custom_id", `${customId} is here twice.`, "custom_id", index + 1);
    if (url !== endpoint) wrong("invalid_url", `${url} is not ${endpoint}.`, "url", index + 1);
    seen.add(customId);
    models.add(body.model.split("?")[0] ?? "");
    calls.push({ customId, body });
  }
  if (calls.length === 0) wrong("empty_file", "The file holds no requests.", null, null);
  if (calls.length > mostCalls)
    wrong("too_many_tasks", `At most ${mostCalls} requests.`, null, null);
  if (models.size > 1)
    wrong("mismatched_model", "All requests must name one model.", "body.model", null);
  return errors.length > 0 ? { calls: [], errors } : { calls, errors: undefined };
}
