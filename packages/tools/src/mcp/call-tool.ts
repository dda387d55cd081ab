import { FlotillaError, InputNeeded, type GivenInput, type Json } from "@flotilla/core";
import type {
  CallToolResult,
  Client,
  InputRequiredResult,
  Tool as ListedTool,
} from "@modelcontextprotocol/client";
import {
  elicited,
  othersOf,
  questionsOf,
  urlNeeded,
  type OwnQuestion,
  type Requests,
} from "./call-question.ts";
import { callScope, type CallScope, type SampleParams } from "./call-scope.ts";
import type { Connection } from "./connection.ts";
import { mcpLimits } from "./limits.ts";
import type { McpCall } from "./mcp-call.ts";
import { callKey, OpenCall } from "./open-call.ts";

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
 * server asks while the call is under way: then that is held open for a while, and made again where the answer comes later. In
 * later ones the call ends with what it needs. Throws what the library throws.
 */
export function callMcpTool(connection: Connection, call: McpCall): Promise<CallToolResult> {
  const { client, held } = connection;
  const before = held.get(callKey(call));
  if (before && call.context.given) return before.attempt(call.context);
  before?.giveUp();
  for (const other of held.values()) if (other.isApart) other.giveUp();
  const open = new OpenCall(connection, call, (scope, signal) =>
    roundsOf(client, call, scope, signal),
  );
  return open.attempt(call.context);
}

async function roundsOf(
  client: Client,
  { server, definition, input, context }: McpCall,
  scope: CallScope,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const { outputSchema: _outputSchema, ...shown } = definition;
  const options = {
    signal,
    // Each try is bounded where it is made; what is held open for a person takes longer.
    timeout: server.timeoutSeconds * 1_000 + mcpLimits.rounds * mcpLimits.heldMs,
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
        throw signal.aborted ? signal.reason : (urlNeeded(server, error) ?? error);
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
