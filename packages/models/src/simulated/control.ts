import type { ServerResponse } from "node:http";
import { z } from "zod";
import type { Fault } from "./fault.ts";
import { namedFaultSchema } from "./named-fault.ts";

/** What may be changed while a simulator runs; without `model` it holds for all of them. */
export const controlSchema = z.strictObject({
  model: z.string().min(1).optional(),
  /** Strikes every answer from now on; null ends it. */
  fault: namedFaultSchema.nullable().optional(),
  /** Down: answers under way are reset and new requests get 503. */
  down: z.boolean().optional(),
});
type ControlChange = z.infer<typeof controlSchema>;

const everyModel = "";

/** The switches of a running simulator. */
export class Control {
  readonly #down = new Set<string>();
  readonly #faults = new Map<string, Fault>();
  readonly #reset = new WeakSet<ServerResponse>();
  /** Answers under way, by model. */
  readonly #open = new Map<ServerResponse, string>();

  change({ model = everyModel, fault, down }: ControlChange): void {
    if (fault) this.#faults.set(model, fault);
    if (fault === null) this.#faults.delete(model);
    if (down === false) {
      if (model === everyModel) this.#down.clear();
      this.#down.delete(model);
    }
    if (down !== true) return;
    this.#down.add(model);
    for (const [response, asked] of this.#open) {
      if (model !== everyModel && model !== asked) continue;
      this.#reset.add(response);
      response.socket?.resetAndDestroy();
    }
  }

  /** Whether the answer was ended because its model went down. */
  wasReset(response: ServerResponse): boolean {
    return this.#reset.has(response);
  }

  isDown(model: string): boolean {
    return this.#down.has(model) || this.#down.has(everyModel);
  }

  faultOf(model: string): Fault | undefined {
    return this.#faults.get(model) ?? this.#faults.get(everyModel);
  }

  /** Ends the answer should the model go down. */
  watch(response: ServerResponse, model: string): void {
    this.#open.set(response, model);
    response.once("close", () => this.#open.delete(response));
  }
}
