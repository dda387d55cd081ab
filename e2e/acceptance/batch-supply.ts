import type { BatchProgress } from "@flotilla/core";
import type { Platform } from "../platform.ts";
import { addFindings, noFindings, type Findings } from "./audit.ts";
import { applyAgent, batchEnd, startBatch, type BatchOrder } from "./batch.ts";
import { eventually } from "./eventually.ts";
import type { LedgerSetting } from "./ledger-setting.ts";

const answerTimeoutMs = 120_000;
const batchTimeoutMs = 600_000;

/** Batches of the ledger's agent, one after the other, so that there always is one to disturb. */
export class BatchSupply {
  readonly #platform: Platform;
  readonly #setting: LedgerSetting;
  readonly #order: BatchOrder;
  readonly #ids: string[] = [];

  private constructor(platform: Platform, setting: LedgerSetting, order: BatchOrder) {
    this.#platform = platform;
    this.#setting = setting;
    this.#order = order;
  }

  static async open(
    platform: Platform,
    setting: LedgerSetting,
    concurrency: number,
  ): Promise<BatchSupply> {
    await applyAgent(platform, setting.agent);
    const order = { agent: setting.agent.name, rows: setting.rows, concurrency };
    return new BatchSupply(platform, setting, order);
  }

  /** Every batch so far. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** A batch with more rows to come than run at once; a new one when the last is nearly done. */
  async running(): Promise<BatchProgress> {
    const last = this.#ids.at(-1);
    const batch = last === undefined ? undefined : await this.progress(last);
    if (batch && !isNearlyDone(batch)) return batch;
    const batchId = await startBatch(this.#platform, this.#order);
    this.#ids.push(batchId);
    return this.progress(batchId);
  }

  /** The batch's figures, once the platform answers. */
  async progress(batchId: string): Promise<BatchProgress> {
    const patience = { what: "an answer", timeoutMs: answerTimeoutMs, everyMs: 50 };
    return eventually(patience, () => this.#platform.client.batches.get(batchId));
  }

  /** Waits for the end of every batch, and compares them with what was kept outside. */
  async audit(): Promise<Findings> {
    let findings = noFindings;
    for (const batchId of this.#ids) {
      await batchEnd(this.#platform, batchId, batchTimeoutMs);
      const found = await this.#setting.audit(this.#platform.client, batchId);
      findings = addFindings(findings, found);
    }
    return findings;
  }
}

function isNearlyDone({ status, counts, concurrency }: BatchProgress): boolean {
  return status !== "running" || counts.pending + counts.running < concurrency;
}
