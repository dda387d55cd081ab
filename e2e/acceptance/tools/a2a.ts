import { TaskState, type Task } from "@a2a-js/sdk";
import type { Client } from "@a2a-js/sdk/client";
import type { Claim, Proof } from "../claim.ts";
import { A2aStage, message, outputOf, text } from "./a2a-stage.ts";

/**
 * The protocol's own client finds a published agent by its card, sends to it and streams from it, goes on in a context, answers what
 * it asks, cancels, follows again after the server was killed, and is refused without a key.
 */
export const a2a: Claim = {
  name: "a2a",
  async prove(proof) {
    const stage = await A2aStage.open(proof);
    const client = await stage.connect("adder");
    await refusesStrangers(proof, stage);
    await sends(proof, client);
    await streams(proof, client);
    await answers(proof, await stage.connect("asker"));
    await cancels(proof, await stage.connect("sleeper"));
    await goesOn(proof, stage);
  },
};

async function refusesStrangers(proof: Proof, stage: A2aStage): Promise<void> {
  const stranger = await stage.connect("adder", null);
  const told = await stranger.sendMessage(message([text("6 * 7")])).then(
    () => "an answer",
    (error: Error) => error.message,
  );
  proof.holds(/401|known|sign in/i.test(told), `a stranger got ${told}`);
  const hidden = await fetch(`${stage.url}/a2a/hidden/.well-known/agent-card.json`);
  proof.equals("status of the card of an agent that is not published", hidden.status, 404);
}

async function sends(proof: Proof, client: Client): Promise<void> {
  const task = (await client.sendMessage(message([text("What is 6 * 7?")]))) as Task;
  proof.equals("answer", outputOf(task), "42");
  proof.equals("state", task.status?.state ?? null, TaskState.TASK_STATE_COMPLETED);
  const next = message([text("And now?")], { contextId: task.contextId });
  const second = (await client.sendMessage(next)) as Task;
  proof.equals("answer in the context", outputOf(second), "Still 42");
  proof.holds(second.contextId === task.contextId, "the context is another one");
  const again = (await client.sendMessage(next)) as Task;
  proof.holds(again.id === second.id, "a message that was sent again has started another task");
}

async function streams(proof: Proof, client: Client): Promise<void> {
  const kinds: string[] = [];
  let last: TaskState | undefined;
  for await (const { payload } of client.sendMessageStream(message([text("6 * 7")]))) {
    kinds.push(payload?.$case ?? "");
    if (payload?.$case === "statusUpdate") last = payload.value.status?.state;
  }
  proof.equals("first of the stream", kinds[0] ?? "", "task");
  proof.holds(kinds.includes("artifactUpdate"), `the stream had ${kinds.join(" ")}`);
  proof.equals("state at the stream's end", last ?? null, TaskState.TASK_STATE_COMPLETED);
}

async function answers(proof: Proof, client: Client): Promise<void> {
  const task = (await client.sendMessage(message([text("Pay")]))) as Task;
  proof.equals(
    "state of one that asks",
    task.status?.state ?? null,
    TaskState.TASK_STATE_INPUT_REQUIRED,
  );
  const parts = task.status?.message?.parts ?? [];
  const shown = parts.flatMap(({ content }) => (content?.$case === "data" ? [content.value] : []));
  const { interruptId, hash } = (shown[0] ?? {}) as { interruptId?: string; hash?: string };
  const reply = (value: object) =>
    client.sendMessage(
      message([{ ...text(""), content: { $case: "data", value } }], {
        taskId: task.id,
        contextId: task.contextId,
      }),
    );
  const wrong = { interruptId, action: "approve", hash: "0".repeat(64) };
  const refused = await reply(wrong).then(
    () => false,
    () => true,
  );
  proof.holds(refused, "what was not shown could be approved");
  const done = (await reply({ interruptId, action: "approve", hash })) as Task;
  proof.equals("answer after the approval", outputOf(done), "done");
}

async function cancels(proof: Proof, client: Client): Promise<void> {
  const { id } = (await client.sendMessage(message([text("Sleep")], { now: true }))) as Task;
  const task = await client.cancelTask({ tenant: "", id, metadata: undefined });
  proof.equals(
    "state of one that was cancelled",
    task.status?.state ?? null,
    TaskState.TASK_STATE_CANCELED,
  );
}

async function goesOn(proof: Proof, stage: A2aStage): Promise<void> {
  const client = await stage.connect("sleeper");
  const { id } = (await client.sendMessage(message([text("Sleep")], { now: true }))) as Task;
  stage.kill();
  await stage.restart();
  let last: Task | undefined;
  for await (const { payload } of client.resubscribeTask({ tenant: "", id })) {
    if (payload?.$case === "task") last = payload.value;
  }
  proof.holds(last?.id === id, "the task could not be followed again");
  const task = await client.getTask({ tenant: "", id });
  proof.equals("answer after the server was killed", outputOf(task), "awake");
}
