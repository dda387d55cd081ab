import { hash } from "node:crypto";
import {
  canonicalJson,
  FlotillaError,
  InputNeeded,
  visibleText,
  type CallQuestion,
  type GivenInput,
  type Json,
  type JsonObject,
  type McpDefinition,
  type McpServer,
} from "@flotilla/core";
import type {
  CallToolResult,
  Client,
  InputRequiredResult,
  Tool as ListedTool,
} from "@modelcontextprotocol/client";
import type { ToolCall } from "../tool.ts";
import {
  callScope,
  type CallScope,
  type ElicitAnswer,
  type ElicitParams,
  type SampleParams,
} from "./call-scope.ts";
import type { Connection } from "./connection.ts";
import { checkableSchema } from "./definition.ts";
import { mcpLimits } from "./limits.ts";
import { samplerOf } from "./sample.ts";

export interface McpCall {
  server: McpServer;
  definition: McpDefinition;
  input: JsonObject;
  context: ToolCall;
}

/** What a call says that it needs to go on: of protocols in which it ends with that. */
interface State {
  requestState?: string;
  /** What it asks of others than people, to be answered with the next try. */
  others?: Record<string, Json>;
  /** The keys of its questions, by our own. */
  keys?: Record<string, string>;
}

/**
 * One call of a server's tool, with what it asks on its way: of models at once, of people by `InputNeeded`. In protocols up to 2025 a
 * server asks while the call is under way: then that is given up, and made again once there is an answer. In later ones
 * the call ends with what it needs. Throws what the library throws.
 */
export async function callMcpTool(
  { client, scopes }: Connection,
  call: McpCall,
): Promise<CallToolResult> {
  const stop = new AbortController();
  const scope = scopeOf(call, (needed) => stop.abort(needed));
  scopes.add(scope);
  try {
    return await roundsOf(client, call, scope, stop);
  } finally {
    scopes.delete(scope);
  }
}

async function roundsOf(
  client: Client,
  { server, definition, input, context }: McpCall,
  scope: CallScope,
  stop: AbortController,
): Promise<CallToolResult> {
  const { outputSchema: _outputSchema, ...shown } = definition;
  const options = {
    signal: AbortSignal.any([context.signal, stop.signal]),
    timeout: server.timeoutSeconds * 1_000,
    toolDefinition: shown as ListedTool,
    allowInputRequired: true,
    onprogress: () => undefined,
  };
  let params = {
    name: definition.name,
    arguments: input,
    ...(await resumed(scope, context.given)),
  };
  for (let round = 0; round < mcpLimits.rounds; round++) {
    const answer = await callScope
      .run(scope, () => client.callTool(params, options))
      .catch((error: unknown) => {
        throw stop.signal.aborted ? stop.signal.reason : (urlNeeded(server, error) ?? error);
      });
    const needed = answer as CallToolResult | InputRequiredResult;
    if (!isInputRequired(needed)) return needed;
    const { inputRequests = {}, requestState } = needed;
    const questions = questionsOf(server, inputRequests as Requests);
    const others = othersOf(inputRequests as Requests);
    if (questions.length > 0) {
      const keys = Object.fromEntries(questions.map(({ key, own }) => [key, own]));
      throw inputNeeded(questions, {
        ...{ others, keys },
        ...(requestState !== undefined && { requestState }),
      });
    }
    params = {
      ...{ name: definition.name, arguments: input },
      ...(await responses(scope, { others, ...(requestState !== undefined && { requestState }) })),
    };
  }
  throw new FlotillaError(
    "tool_failed",
    `The server asked more than ${mcpLimits.rounds} times during one call.`,
  );
}

function inputNeeded(questions: readonly OwnQuestion[], state: State): Error {
  const bytes = Buffer.byteLength(JSON.stringify(state));
  if (bytes > mcpLimits.stateBytes) {
    const message = `The server wants ${bytes} bytes kept until it is answered, of ${mcpLimits.stateBytes} at most.`;
    return new FlotillaError("tool_failed", message);
  }
  return new InputNeeded(
    questions.map(({ own: _own, ...question }) => question),
    state as Json,
  );
}

function isInputRequired(
  answer: CallToolResult | InputRequiredResult,
): answer is InputRequiredResult {
  return "resultType" in answer && answer.resultType === "input_required";
}

type Requests = Record<string, { method: string; params?: Json }>;

/** How the call goes on after people have answered, in protocols in which it ended with its questions. */
async function resumed(scope: CallScope, given: GivenInput | undefined): Promise<object> {
  const state = given?.state as State | null | undefined;
  if (!given || !state?.keys) return {};
  const { keys = {}, ...rest } = state;
  const answers = Object.entries(keys).map(([key, own]) => [own, elicited(given, key)]);
  return responses(scope, rest, Object.fromEntries(answers) as Record<string, Json>);
}

async function responses(
  scope: CallScope,
  { others = {}, requestState }: State,
  answers: Record<string, Json> = {},
): Promise<object> {
  const inputResponses: Record<string, unknown> = { ...answers };
  for (const [key, asked] of Object.entries(others)) {
    const { method, params } = asked as { method: string; params?: unknown };
    inputResponses[key] =
      method === "sampling/createMessage"
        ? await scope.sample(params as SampleParams)
        : { roots: [] };
  }
  return { inputResponses, ...(requestState !== undefined && { requestState }) };
}

type OwnQuestion = CallQuestion & { own: string };

function questionsOf(server: McpServer, requests: Requests): OwnQuestion[] {
  return Object.entries(requests).flatMap(([own, { method, params }]) => {
    if (method !== "elicitation/create") return [];
    return [{ ...questionOf(server, params as unknown as ElicitParams, own), own }];
  });
}

function othersOf(requests: Requests): Record<string, Json> {
  const others = Object.entries(requests).filter(([, one]) => one.method !== "elicitation/create");
  return Object.fromEntries(others) as Record<string, Json>;
}

/** @param own distinguishes questions that are the same */
function questionOf(server: McpServer, params: ElicitParams, own = ""): CallQuestion {
  const { message, requestedSchema, url } = params;
  const key = hash("sha256", canonicalJson({ own, message, requestedSchema, url })).slice(0, 32);
  const said = visibleText(message.slice(0, mcpLimits.wordsLength));
  if (params.mode === "url" || url !== undefined) {
    const address = visibleText(String(url).slice(0, mcpLimits.wordsLength));
    return {
      key,
      prompt: `The MCP server ${server.name} wants you to open ${address} in a browser: ${said}`,
      form: { kind: "choice", options: ["It is done"], multiple: false },
    };
  }
  const schema = checkableSchema((requestedSchema ?? {}) as JsonObject);
  const prompt = `The MCP server ${server.name} asks: ${said}`;
  return { key, prompt, form: { kind: "schema", schema } };
}

/** What a person said to a question; undefined before he did. */
function elicited(given: GivenInput | undefined, key: string): ElicitAnswer | undefined {
  const answer = given?.answers[key];
  if (answer === undefined) return undefined;
  if (answer === null) return { action: "decline" };
  const { value } = answer;
  const hasFields = typeof value === "object" && value !== null && !Array.isArray(value);
  return { action: "accept", ...(hasFields && { content: value as never }) };
}

/** What a person left out of an answer is as the form says. */
function withDefaults(answer: ElicitAnswer, schema: unknown): ElicitAnswer {
  const { properties = {} } = (schema ?? {}) as { properties?: Record<string, object> };
  if (answer.action !== "accept") return answer;
  const defaults = Object.entries(properties).flatMap(([name, field]) =>
    "default" in field ? [[name, field.default]] : [],
  );
  if (defaults.length === 0) return answer;
  return { ...answer, content: { ...Object.fromEntries(defaults), ...answer.content } };
}

function scopeOf({ server, context }: McpCall, needs: (needed: InputNeeded) => void): CallScope {
  let asked = 0;
  return {
    sample: samplerOf(server, context),
    async elicit(params) {
      if ((asked += 1) > mcpLimits.rounds) return { action: "cancel" };
      const question = questionOf(server, params);
      const answer = elicited(context.given, question.key);
      if (answer) return withDefaults(answer, params.requestedSchema);
      needs(new InputNeeded([question], null));
      // The call is given up, and its question with it: an answer would be one that nobody gave.
      return new Promise((resolve) => {
        setTimeout(() => resolve({ action: "cancel" }), mcpLimits.heldMs).unref();
      });
    },
  };
}

const urlElicitationRequired = -32_042;

/** A call that was refused since the person has to open an address first. */
function urlNeeded(server: McpServer, error: unknown): InputNeeded | undefined {
  const { code, data } = error as { code?: unknown; data?: { elicitations?: unknown } };
  if (code !== urlElicitationRequired || !Array.isArray(data?.elicitations)) return undefined;
  const asked = data.elicitations as ElicitParams[];
  return new InputNeeded(
    asked.slice(0, mcpLimits.rounds).map((one) => questionOf(server, { ...one, mode: "url" })),
    null,
  );
}
