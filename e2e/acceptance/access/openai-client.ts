import OpenAI from "openai";
import type { Response } from "openai/resources/responses/responses";
import { startPlatform, type Platform } from "../../platform.ts";
import { applyAgent } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";

const weather = {
  name: "weather",
  description: "The weather of a place",
  parameters: { type: "object", properties: { place: { type: "string" } } },
};

/** The simulated model plays these turns; the turn is the number of answers before. */
const script = (...turns: object[]) => JSON.stringify({ turns });

/**
 * The official client of OpenAI's API, unchanged, with Flotilla's address and an agent's name in the place
 * of a model: it lists, chats with and streams from agents, calls tools on both sides, reads usage, and
 * finds its own error classes.
 */
export const openAiClient: Claim = {
  name: "openai-client",
  async prove(proof) {
    const platform = await startPlatform({
      config: {
        providers: {
          simulated: { kind: "simulated" },
          typing: { kind: "simulated", tokensPerSecond: 30 },
        },
      },
    });
    proof.finally(() => platform.stop());
    await furnish(platform);
    const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: "flo_none", maxRetries: 0 });
    await provesModels(proof, client);
    await provesChat(proof, client, platform);
    await provesChatTools(proof, client);
    await provesErrors(proof, client);
    await provesResponses(proof, client);
    await provesConversation(proof, client, platform);
    await provesLeaving(proof, client, platform);
  },
};

async function furnish(platform: Platform): Promise<void> {
  const { client } = platform;
  await applyAgent(platform, { name: "math", model: "simulated/demo", tools: ["calculator"] });
  await applyAgent(platform, { name: "slow", model: "typing/demo" });
  const instructions = script(
    { text: "Let me look.", calls: [{ tool: "weather", input: { place: "Oslo" } }] },
    { text: "It rains in Oslo." },
    { text: "Still raining." },
  );
  await applyAgent(platform, { name: "forecaster", model: "simulated/script", instructions });
  await applyAgent(platform, { name: "broken", model: "simulated/demo?fault=http&status=400" });
  await applyAgent(platform, {
    name: "math",
    model: "simulated/demo",
    tools: ["calculator", "clock"],
  });
  await client.agents.apply({ name: "gone", model: "simulated/demo" });
  await client.agents.archive("gone");
}

async function provesModels(proof: Proof, client: OpenAI): Promise<void> {
  const ids: string[] = [];
  for await (const model of client.models.list()) ids.push(model.id);
  proof.equals("models", ids.toSorted().join(" "), "broken forecaster math slow");
  proof.equals("oneModel", (await client.models.retrieve("math@1")).id, "math@1");
}

async function provesChat(proof: Proof, client: OpenAI, platform: Platform): Promise<void> {
  const question = {
    model: "math",
    messages: [{ role: "user" as const, content: "What is 6 * 7?" }],
  };
  const { data, response } = await client.chat.completions
    .create({ ...question, temperature: 0, user: "ann" })
    .withResponse();
  const answer = data.choices[0]?.message.content ?? "";
  proof.holds(answer.endsWith("The answer is 42."), `the chat answered ${answer}`);
  const run = await platform.client.runs.get(response.headers.get("flotilla-run") ?? "");
  proof.equals("chatFinish", data.choices[0]?.finish_reason ?? null, "stop");
  proof.equals("chatTokens", data.usage?.prompt_tokens ?? null, run.usage.inputTokens);
  proof.equals("chatAnswerTokens", data.usage?.completion_tokens ?? null, run.usage.outputTokens);
  proof.equals("toolsInside", run.steps.filter((step) => step.kind === "tool").length, 1);

  const stream = client.chat.completions.stream({
    ...question,
    stream_options: { include_usage: true },
  });
  let deltas = 0;
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) deltas += 1;
  const streamed = await stream.finalChatCompletion();
  proof.figure("chatDeltas", deltas);
  proof.holds(deltas > 3, `the stream came in ${deltas} pieces`);
  proof.equals("chatStreamed", streamed.choices[0]?.message.content ?? "", answer);
  proof.equals(
    "chatStreamedTokens",
    streamed.usage?.total_tokens ?? 0,
    data.usage?.total_tokens ?? 1,
  );

  const format = {
    type: "json_schema" as const,
    json_schema: {
      name: "sum",
      schema: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] },
    },
  };
  const shaped = await client.chat.completions.parse({
    ...question,
    model: "slow",
    response_format: format,
  });
  proof.equals("chatParsed", JSON.stringify(shaped.choices[0]?.message.parsed), '{"n":1}');
}

async function provesChatTools(proof: Proof, client: OpenAI): Promise<void> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "How is the weather in Oslo?" },
  ];
  const asked = { model: "forecaster", tools: [{ type: "function" as const, function: weather }] };
  const first = await client.chat.completions.create({ ...asked, messages });
  const [choice] = first.choices;
  proof.equals("toolFinish", choice?.finish_reason ?? null, "tool_calls");
  const call = choice?.message.tool_calls?.[0];
  if (!choice || call?.type !== "function") throw new Error("There was no call.");
  proof.equals(
    "toolCalled",
    `${call.function.name} ${call.function.arguments}`,
    'weather {"place":"Oslo"}',
  );
  messages.push(choice.message, { role: "tool", tool_call_id: call.id, content: "rain" });
  const second = await client.chat.completions.create({ ...asked, messages });
  proof.equals("toolAnswer", second.choices[0]?.message.content ?? null, "It rains in Oslo.");

  let ran = 0;
  const runner = client.chat.completions.runTools({
    model: "forecaster",
    stream: true,
    messages: [{ role: "user", content: "How is the weather in Oslo?" }],
    tools: [
      {
        type: "function",
        function: {
          ...weather,
          parse: JSON.parse,
          function: ({ place }: { place: string }) => {
            ran += 1;
            return `rain in ${place}`;
          },
        },
      },
    ],
  });
  proof.equals("runnerAnswer", await runner.finalContent(), "It rains in Oslo.");
  proof.equals("runnerCalls", ran, 1);
}

async function provesErrors(proof: Proof, client: OpenAI): Promise<void> {
  const say = (model: string, more: object = {}) =>
    client.chat.completions.create({ model, messages: [{ role: "user", content: "Hi" }], ...more });
  const kinds: Record<string, string> = {};
  const attempts: [string, () => Promise<unknown>][] = [
    ["unknownModel", () => say("nobody")],
    ["notAName", () => say("gpt-5.5 (latest)")],
    ["badTemperature", () => say("math", { temperature: 9 })],
    ["manyAnswers", () => say("math", { n: 3 })],
    ["failedRun", () => say("broken")],
    ["unknownResponse", () => client.responses.retrieve("resp_1")],
  ];
  for (const [what, attempt] of attempts) {
    const error: unknown = await attempt().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof OpenAI.APIError)) throw new Error(`${what} was no API error.`);
    kinds[what] = `${error.constructor.name} ${error.status}`;
    proof.holds(error.message.length > 20, `${what} says only ${error.message}`);
    proof.holds(Boolean(error.requestID), `${what} has no request id`);
  }
  proof.figure("errors", kinds);
  const expected = {
    unknownModel: "NotFoundError 404",
    notAName: "NotFoundError 404",
    badTemperature: "BadRequestError 400",
    manyAnswers: "BadRequestError 400",
    failedRun: "InternalServerError 502",
    unknownResponse: "NotFoundError 404",
  };
  proof.equals("errorKinds", JSON.stringify(kinds), JSON.stringify(expected));
}

/** The order in which events of a kind of output come, as the API's reference has it. */
const messageEvents = [
  "response.output_item.added",
  "response.content_part.added",
  "response.output_text.delta",
  "response.output_text.done",
  "response.content_part.done",
  "response.output_item.done",
];

async function provesResponses(proof: Proof, client: OpenAI): Promise<void> {
  const question = { model: "math", input: "What is 6 * 7?" };
  const response = await client.responses.create({ ...question, metadata: { from: "claim" } });
  proof.holds(
    response.output_text.endsWith("The answer is 42."),
    `it answered ${response.output_text}`,
  );
  proof.equals("responseStatus", response.status ?? null, "completed");
  proof.equals("responseMetadata", response.metadata?.["from"] ?? null, "claim");
  const kept = await client.responses.retrieve(response.id);
  proof.equals("responseKept", JSON.stringify(kept.output), JSON.stringify(response.output));
  proof.equals("responseUsage", JSON.stringify(kept.usage), JSON.stringify(response.usage));

  const stream = await client.responses.create({ ...question, stream: true });
  const types: string[] = [];
  let text = "";
  let last: Response | undefined;
  let isNumbered = true;
  for await (const event of stream) {
    isNumbered &&= event.sequence_number === types.length;
    types.push(event.type);
    if (event.type === "response.output_text.delta") text += event.delta;
    if (event.type === "response.completed") last = event.response;
  }
  proof.equals("streamNumbered", isNumbered, true);
  const folded = types.filter((type, index) => type !== types[index - 1]);
  proof.equals(
    "streamEvents",
    folded.join(" "),
    [
      ...["response.created", "response.in_progress"],
      ...[...messageEvents, ...messageEvents, "response.completed"],
    ].join(" "),
  );
  proof.equals("streamedText", text, response.output_text);
  proof.equals("streamedOutput", last?.output.length ?? 0, response.output.length);
  const helper = client.responses.stream(question);
  proof.equals("helperText", (await helper.finalResponse()).output_text, response.output_text);

  const background = await client.responses.create({ ...question, background: true });
  const ended = await eventually(
    { what: "the background response", timeoutMs: 30_000 },
    async () => {
      const now = await client.responses.retrieve(background.id);
      return now.status === "completed" ? now : undefined;
    },
  );
  proof.equals("backgroundText", ended.output_text, response.output_text);
}

async function provesConversation(proof: Proof, client: OpenAI, platform: Platform): Promise<void> {
  const tools = [{ type: "function" as const, strict: false, ...weather }];
  const asked = { model: "forecaster", tools };
  const first = await client.responses.create({ ...asked, input: "How is the weather in Oslo?" });
  const call = first.output.find((item) => item.type === "function_call");
  if (!call) throw new Error("There was no function call.");
  const second = await client.responses.create({
    ...asked,
    previous_response_id: first.id,
    input: [{ type: "function_call_output", call_id: call.call_id, output: "rain" }],
  });
  proof.equals("conversationAnswer", second.output_text, "It rains in Oslo.");
  const third = await client.responses.create({
    ...asked,
    previous_response_id: second.id,
    input: "And now?",
  });
  proof.equals("conversationGoesOn", third.output_text, "Still raining.");
  const { id = "" } = third.conversation ?? {};
  const { messages, runs } = await platform.client.threads.get(id);
  proof.equals("conversationRuns", runs, 3);
  proof.equals("conversationLast", messages.items[0]?.text ?? "", "And now?");
}

/** A client that leaves does not stop the run, unless it asked for that. */
async function provesLeaving(proof: Proof, client: OpenAI, platform: Platform): Promise<void> {
  const leave = async (headers: Record<string, string>) => {
    const { data, response } = await client.chat.completions
      .create(
        { model: "slow", stream: true, messages: [{ role: "user", content: "Tell me a lot" }] },
        { headers },
      )
      .withResponse();
    for await (const chunk of data) if (chunk.choices[0]?.delta.content) break;
    const runId = response.headers.get("flotilla-run") ?? "";
    return eventually({ what: "the end of the run", timeoutMs: 60_000 }, async () => {
      const { status } = await platform.client.runs.get(runId);
      return ["completed", "cancelled", "failed"].includes(status) ? status : undefined;
    });
  };
  proof.equals("afterLeaving", await leave({}), "completed");
  const cancelling = { "flotilla-cancel-on-disconnect": "true" };
  proof.equals("afterLeavingForGood", await leave(cancelling), "cancelled");
}
