import { createHash } from "node:crypto";
import {
  budgetLeft,
  canonicalJson,
  childTraceParent,
  FlotillaError,
  imageCost,
  mostImageCost,
  newId,
  noUsage,
  toFlotillaError,
  type Admission,
  type ArtifactRef,
  type ImageCall,
  type ImageQuestion,
  type ImageReply,
  type ImageRequest,
  type MadeImage,
  type SideCall,
  type ToolStep,
  type Usage,
} from "@flotilla/core";
import { admitAsked } from "./admit-call.ts";
import { withinWallTime } from "./call-model.ts";
import { scopeOf } from "./model-request.ts";
import { stopReason, type Segment } from "./segment.ts";

/** As providers roughly count them; at worst, each is half as long. */
const charactersPerToken = 4;

/** Keeps an image under an id that is the same for each try. */
export type KeepImage = (image: MadeImage, id: string, place: number) => Promise<ArtifactRef>;

/**
 * Has images made for one of the run's calls, in as many requests as their provider needs. Each is in the journal
 * before it is made, and what it came to before the tool has it: asked again after a crash, what was made is given, and
 * what was under way is asked for under the same key. Throws what a model call throws, or `limit_cost`.
 *
 * @param nth which time the call asks just this
 */
export async function askImages(
  segment: Segment,
  callId: string,
  { name, ...question }: ImageQuestion,
  nth: number,
  keep: KeepImage,
): Promise<ImageReply> {
  const { count = 1, model } = question;
  const most = segment.parts.models.imagesPerCall(model);
  const portions = Array.from({ length: Math.ceil(count / most) }, (_, part) => {
    const key = keyOf({ ...question, name, nth, part });
    const portion = { ...question, count: Math.min(most, count - part * most) };
    const placed: KeepImage = (image, id, place) => keep(image, id, part * most + place);
    return new Portion(segment, callId, key, portion, placed).made();
  });
  // None is left alone with its charge: each ends in the journal first.
  const ended = await Promise.allSettled(portions);
  const images = ended.flatMap((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
  return { model, images };
}

function keyOf(asked: unknown): string {
  return createHash("sha256").update(canonicalJson(asked)).digest("hex").slice(0, 32);
}

/** What is asked of a provider in one request. */
class Portion {
  readonly #segment: Segment;
  readonly #place: { callId: string; key: string };
  readonly #question: ImageQuestion & { count: number };
  readonly #keep: KeepImage;
  readonly #keepsKeys: boolean;
  #begun: number;
  #admission: Admission | undefined;
  #isSent = false;
  /** Of an answer that came: it is to be paid for, whatever becomes of the images. */
  #used: Usage | undefined;

  constructor(
    segment: Segment,
    callId: string,
    key: string,
    question: ImageQuestion & { count: number },
    keep: KeepImage,
  ) {
    this.#segment = segment;
    this.#place = { callId, key };
    this.#question = question;
    this.#keep = keep;
    this.#keepsKeys = segment.parts.models.keepsKeys(question.model);
    this.#begun = segment.parts.clock.now();
  }

  async made(): Promise<ArtifactRef[]> {
    const { journal, spec } = this.#segment;
    const known = this.#known;
    if (known?.status === "made") return known.images;
    if (budgetLeft(journal.run, spec.limits) === 0) {
      throw new FlotillaError("limit_cost", "The run has spent what it may.");
    }
    try {
      return await withinWallTime(this.#segment, (signal) => this.#ask(signal));
    } catch (thrown) {
      throw await this.#failed(toFlotillaError(thrown));
    }
  }

  get #known(): ImageCall | undefined {
    return this.#call?.images?.find(({ key }) => key === this.#place.key);
  }

  /** Whether the provider bills no more for it: it knows the key, and an earlier try was charged. */
  get #isPaid(): boolean {
    return this.#keepsKeys && this.#known?.isPaid === true;
  }

  get #call(): ToolStep | undefined {
    const { callId } = this.#place;
    return this.#segment.journal.run.steps.findLast(
      (step): step is ToolStep => step.kind === "tool" && step.callId === callId,
    );
  }

  async #ask(signal: AbortSignal): Promise<ArtifactRef[]> {
    const { parts, journal } = this.#segment;
    const { model, count } = this.#question;
    const admission = await this.#admit(signal);
    this.#begun = parts.clock.now();
    // What was asked for and never came to an end may be on the bill, unless this is the same to the provider.
    const isLost = this.#known?.status === "asked" && !this.#keepsKeys;
    const lost = isLost && { call: this.#told(noUsage, { isLost }) };
    await journal.commit({ type: "image.asked", ...this.#place, model, count, ...lost });
    this.#isSent = true;
    const answer = await parts.models.image(this.#request(), signal);
    this.#used = answer.usage;
    admission.heard(answer.limits);
    const images = await this.#kept(answer.images);
    const call = this.#told(answer.usage);
    this.#settle(call);
    await journal.commit({ type: "image.made", ...this.#place, images, call });
    return images;
  }

  async #admit(signal: AbortSignal): Promise<Admission> {
    const { parts, journal } = this.#segment;
    const { model, prompt } = this.#question;
    const tokens = Math.ceil(prompt.length / charactersPerToken);
    const price = parts.models.imagePrice(model);
    this.#admission = await admitAsked(
      this.#segment,
      null,
      {
        ...{ model, scope: scopeOf(journal.run) },
        estimate: () => ({
          ...{ inputTokens: tokens, outputTokens: 0 },
          costMicros: mostImageCost(price, this.#question, tokens),
          mostCostMicros: mostImageCost(price, this.#question, 2 * tokens),
        }),
      },
      signal,
    );
    return this.#admission;
  }

  #request(): ImageRequest {
    const { parts, journal } = this.#segment;
    const { runId, traceId } = journal.run;
    const { callId, key } = this.#place;
    return {
      ...this.#question,
      runId,
      idempotencyKey: `${runId}:${callId}:${key}`,
      traceParent: childTraceParent(traceId, parts.random),
      scope: scopeOf(journal.run),
    };
  }

  #kept(images: MadeImage[]): Promise<ArtifactRef[]> {
    const { callId, key } = this.#place;
    const { runId } = this.#segment.journal.run;
    const begun = Date.parse(this.#call?.startedAt ?? "");
    const idOf = (index: number) => {
      const digest = createHash("sha256").update(`${runId}:${callId}:${key}:${index}`).digest();
      return newId("art", begun, (bytes) => digest.subarray(0, bytes));
    };
    return Promise.all(images.map((image, index) => this.#keep(image, idOf(index), index)));
  }

  /** Puts what became of it into the journal, where that is known; returns the error as it was. */
  async #failed(error: FlotillaError): Promise<FlotillaError> {
    const { journal } = this.#segment;
    const stopped = stopReason(this.#segment);
    if (error.limits) this.#admission?.heard(error.limits);
    const mayBeBilled = this.#used !== undefined || (this.#isSent && isUnheard(error));
    // The next segment, or the next try, asks again under the same key, and pays.
    const isLeftOpen = stopped !== undefined && stopped !== "cancel";
    const isNew = mayBeBilled && !isLeftOpen && !this.#isPaid;
    const call = isNew ? this.#told(this.#used ?? noUsage, { isLost: true }) : undefined;
    this.#settle(call);
    if (!this.#isSent || isLeftOpen || journal.broken) return error;
    const event = { type: "image.failed" as const, ...this.#place, error: error.toRecord() };
    journal.stage({ ...event, ...(call && { call }) });
    if (!stopped) await journal.commit();
    return error;
  }

  #settle(call: SideCall | undefined): void {
    this.#admission?.settle(call ?? { usage: null, costMicros: null });
    this.#admission = undefined;
  }

  #told(usage: Usage, { isLost = false } = {}): SideCall {
    const { parts } = this.#segment;
    const { model, size, quality, count } = this.#question;
    const price = parts.models.imagePrice(model);
    const { perImage, ...cost } = imageCost(price, { size, quality, count }, usage);
    const waited = this.#admission?.waited ?? {};
    return {
      ...{ model, usage, ms: parts.clock.now() - this.#begun, ...cost },
      ...(this.#isPaid && { costMicros: 0 }),
      images: {
        count,
        ...(size !== undefined && { size }),
        ...(quality !== undefined && { quality }),
        ...(perImage !== undefined && { perImageMicros: perImage }),
      },
      ...(isLost && { failed: true as const, usageEstimated: true as const }),
      ...(Object.keys(waited).length > 0 && { waited }),
    };
  }
}

/** Whether nobody has heard what the provider made of it. */
function isUnheard({ code }: FlotillaError): boolean {
  return (
    code === "model_timeout" ||
    code === "model_stream_broken" ||
    code === "model_output_invalid" ||
    code === "model_output_truncated" ||
    code === "cancelled" ||
    code === "limit_wall_time" ||
    code === "internal"
  );
}
