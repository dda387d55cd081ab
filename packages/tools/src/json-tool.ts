import type { Json, JsonObject, ToolInfo } from "@flotilla/core";
import { z } from "zod";
import { judgeOf, type Judge } from "./json-schema.ts";
import { brandTool, type Tool, type ToolCall } from "./tool.ts";

/** A tool whose schemas are JSON Schemas: it was described elsewhere. */
export interface JsonTool {
  info: ToolInfo;
  destinations?(input: JsonObject): string[];
  call(input: JsonObject, context: ToolCall): Promise<Json>;
}

/** Makes it a tool like others: what its schemas refuse is refused. Its schemas are compiled when it is first called. */
export function jsonTool({ info, destinations, call }: JsonTool): Tool {
  return brandTool({
    info,
    input: judgedBy(info.input),
    output: judgedBy(info.output),
    destinations: (input) => destinations?.(input as JsonObject) ?? [],
    call: (input, context) => call(input as JsonObject, context),
    reconcile: undefined,
  });
}

function judgedBy(schema: JsonObject): z.ZodType<Json> {
  let judge: Judge | undefined;
  return z.custom<Json>().superRefine((value, context) => {
    judge ??= judgeOf(schema);
    for (const message of judge(value)) context.addIssue({ code: "custom", message });
  });
}
