import type { ElicitRequestFormParams } from "@modelcontextprotocol/server";
import type { Interrupt, InterruptAnswering } from "@flotilla/api";
import type { Json, JsonObject } from "@flotilla/core";

type Schema = ElicitRequestFormParams["requestedSchema"];
type Property = Schema["properties"][string];

const longestMessage = 20_000;
const primitives = new Set<unknown>(["string", "number", "integer", "boolean"]);
const keywords = new Set([
  ...["type", "title", "description", "default", "enum", "format"],
  ...["minimum", "maximum", "minLength", "maxLength"],
]);

/**
 * An interrupt as a form of the protocol, for whoever sits at the client. Undefined where no form can ask
 * it: what holds hidden characters cannot be approved, and an effect's outcome needs a look elsewhere. A form
 * asks what the interrupt asks, no more.
 */
export function formOf(interrupt: Interrupt): ElicitRequestFormParams | undefined {
  const { kind, display, form } = interrupt;
  switch (kind) {
    case "question":
      return form
        ? { mode: "form", message: bounded(interrupt.prompt), requestedSchema: replySchema(form) }
        : undefined;
    case "approval":
    case "plan_review": {
      if (!display || display.hidden.length > 0 || display.text.length > longestMessage) {
        return undefined;
      }
      const what = interrupt.tool === null ? "" : `Tool: ${interrupt.tool}\n`;
      const message = `${interrupt.prompt}\n\n${what}${display.text}`;
      return { mode: "form", message, requestedSchema: decisionSchema };
    }
    case "effect_outcome":
      return undefined;
  }
}

const decisionSchema: Schema = {
  type: "object",
  properties: {
    decision: {
      type: "string",
      title: "Decision",
      enum: ["approve", "reject"],
      description: "Whether exactly what is shown may be done.",
    },
    reason: {
      type: "string",
      title: "Reason",
      description: "Why not; the agent is told.",
      maxLength: 2_000,
    },
  },
  required: ["decision"],
};

function replySchema(form: NonNullable<Interrupt["form"]>): Schema {
  const one = (reply: Property): Schema => ({
    type: "object",
    properties: { reply },
    required: ["reply"],
  });
  if (form.kind === "text") return one({ type: "string", title: "Reply" });
  if (form.kind === "choice") {
    const items = { type: "string" as const, enum: form.options };
    return form.multiple
      ? one({ type: "array", title: "Reply", items })
      : one({ ...items, title: "Reply" });
  }
  if (isFlat(form.schema)) return form.schema as Schema;
  return one({
    type: "string",
    title: "Reply as JSON",
    description: `JSON of this schema: ${JSON.stringify(form.schema).slice(0, 4_000)}`,
  });
}

/** Whether the protocol's restricted schemas can say it: an object of texts, numbers and truths. */
function isFlat(schema: JsonObject): boolean {
  const { type, properties, required: _, ...more } = schema;
  const allowed = Object.keys(more).every(
    (key) =>
      key === "title" ||
      key === "description" ||
      key === "additionalProperties" ||
      key === "$schema",
  );
  if (type !== "object" || !allowed || typeof properties !== "object" || properties === null) {
    return false;
  }
  return Object.values(properties).every((one) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return false;
    return primitives.has(one["type"]) && Object.keys(one).every((key) => keywords.has(key));
  });
}

/**
 * What a filled-in form answers. Undefined: nothing, since the person has closed it or has not decided.
 *
 * @param result what the client sent, not to be trusted in its shape
 * @param hash of what the person was shown
 */
export function answerOf(
  interrupt: Interrupt,
  result: unknown,
  hash: string | undefined,
): InterruptAnswering | undefined {
  const { action, content } = shapeOf(result);
  const { kind, form } = interrupt;
  if (action === "decline") {
    return kind === "effect_outcome"
      ? undefined
      : { action: "reject", reason: "The person at the MCP client declined." };
  }
  if (action !== "accept") return undefined;
  if (kind === "question") {
    if (form?.kind === "schema") {
      return { action: "reply", value: isFlat(form.schema) ? content : parsed(content["reply"]) };
    }
    return content["reply"] === undefined
      ? undefined
      : { action: "reply", value: content["reply"] };
  }
  if (content["decision"] === "approve") return hash ? { action: "approve", hash } : undefined;
  if (content["decision"] !== "reject") return undefined;
  const { reason } = content;
  const said = typeof reason === "string" && reason !== "" ? reason.slice(0, 2_000) : undefined;
  return { action: "reject", reason: said ?? "The person at the MCP client rejected it." };
}

function shapeOf(result: unknown): { action: unknown; content: JsonObject } {
  const { action, content } = (result ?? {}) as { action?: unknown; content?: unknown };
  const isObject = typeof content === "object" && content !== null && !Array.isArray(content);
  return { action, content: isObject ? (content as JsonObject) : {} };
}

/** JSON where it is some; the check of the answer says what is wrong with others. */
function parsed(reply: Json | undefined): Json {
  if (typeof reply !== "string") return reply ?? null;
  try {
    return JSON.parse(reply) as Json;
  } catch {
    return reply;
  }
}

function bounded(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage)} …` : text;
}
