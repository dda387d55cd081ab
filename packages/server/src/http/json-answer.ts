import { z, type RouteConfig } from "@hono/zod-openapi";

/** The schema of the JSON that a route answers with; undefined for files and streams. */
export function jsonAnswerOf(route: RouteConfig): z.ZodType | undefined {
  const answer = route.responses[200];
  const media = answer && "content" in answer ? answer.content?.["application/json"] : undefined;
  const schema = media && "schema" in media ? media.schema : undefined;
  return schema instanceof z.ZodType ? schema : undefined;
}
