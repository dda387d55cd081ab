import { newId, type EventData } from "@flotilla/core";
import { callHash } from "@flotilla/engine";
import type { Store } from "@flotilla/store";
import { setTimeout as sleep } from "node:timers/promises";

/** Plays the worker of the runs that a client of another protocol starts. */
export class PlayedWorker {
  readonly #store: Store;
  readonly #epochs = new Map<string, { epoch: number; seq: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The next run that waits in the queue, taken. */
  async take(): Promise<string> {
    for (;;) {
      const { rows } = await this.#store.pool.query<{ id: string }>(
        "SELECT id FROM run WHERE status = 'pending' ORDER BY id LIMIT 1",
      );
      const runId = rows[0]?.id;
      const claimed =
        runId && (await this.#store.runs.claim({ runId, segment: 1, worker: "wrk_1" }));
      if (runId && claimed) {
        const { epoch } = claimed;
        this.#epochs.set(runId, { epoch, seq: 2 });
        await this.append(runId, [
          { type: "segment.started", segment: 1, epoch, worker: "wrk_1", cause: "start" },
          { type: "step.started", step: 1, attempt: 1, model: "p/m" },
        ]);
        return runId;
      }
      await sleep(5);
    }
  }

  async append(runId: string, events: EventData[], asked: object[] = []): Promise<void> {
    const at = this.#epochs.get(runId);
    if (!at) throw new Error(`${runId} was not taken`);
    const { epoch, seq } = at;
    at.seq += events.length;
    await this.#store.journal.append({ runId, epoch, seq, events, asked: asked as never });
  }

  /** The run asks for the approval of a call. */
  async propose(runId: string, input = { expression: "1 + 1" }, audience: object = {}) {
    const interruptId = newId("int");
    const hash = callHash("calculator", input);
    const base = { interruptId, kind: "approval", prompt: "May it?" } as const;
    const call = { step: 1, callId: "c1-0", tool: "calculator", input, hash };
    const row = { ...base, tool: "calculator", hash, raisedAt: new Date().toISOString() };
    await this.append(
      runId,
      [
        { type: "interrupt.raised", ...base, ...call },
        { type: "run.waiting", for: { kind: "interrupt", interruptIds: [interruptId] } },
      ],
      [{ ...row, ...audience }],
    );
    return { interruptId, hash };
  }

  /** What was answered, once somebody has. */
  async answered(runId: string) {
    for (;;) {
      const events = await this.#store.journal.read(runId, 0, 100);
      const found = events.find((event) => event.type === "interrupt.answered");
      if (found?.type === "interrupt.answered") return found;
      await sleep(5);
    }
  }

  /** Takes the run up again after it has waited, and ends it. */
  async goOn(runId: string, output: string): Promise<void> {
    const claimed = await this.#store.runs.claim({ runId, segment: 2, worker: "wrk_1" });
    const events = await this.#store.journal.read(runId, 0, 100);
    const epoch = claimed?.epoch ?? 0;
    this.#epochs.set(runId, { epoch, seq: (events.at(-1)?.seq ?? 0) + 1 });
    await this.append(runId, [
      { type: "segment.started", segment: 2, epoch, worker: "wrk_1", cause: "continue" },
      { type: "run.completed", output },
    ] as EventData[]);
  }
}
