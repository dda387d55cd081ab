import { FlotillaError, type Price } from "@flotilla/core";
import { z } from "zod";
import { billPriceSchema, readPrice } from "./bill.ts";
import { Gate, headerStyleSchema, limitsSchema, type Limits } from "./limits.ts";
import type { Pace } from "./stream.ts";

/** A model that a simulator serves under a name of its own. */
const servedModelSchema = z.strictObject({
  /** The model that answers. Default: `demo`. */
  of: z.string().min(1).default("demo"),
  latencyMs: z.number().nonnegative().optional(),
  tokensPerSecond: z.number().positive().optional(),
  /** Each replaces the simulator's own. */
  limits: limitsSchema.default({}),
  price: billPriceSchema.optional(),
  contextWindow: z.int().positive().optional(),
});
export type ServedModelInput = z.input<typeof servedModelSchema>;

/** What every model of a simulator has, unless it was given its own. */
export interface ServedDefaults {
  pace: Pace;
  limits: Limits;
  price: Price;
  /** Most input tokens of a request; undefined: any number. */
  contextWindow: number | undefined;
}

const amount = z.coerce.number().positive().optional();

/** The options of `--model`, named as those of the command. */
const optionsSchema = z.strictObject({
  of: z.string().min(1).optional(),
  "latency-ms": z.coerce.number().nonnegative().optional(),
  "tokens-per-second": amount,
  rpm: amount,
  tpm: amount,
  itpm: amount,
  otpm: amount,
  concurrency: z.coerce.number().int().positive().optional(),
  "burst-seconds": amount,
  headers: headerStyleSchema.optional(),
  price: z.string().optional(),
  "context-window": z.coerce.number().int().positive().optional(),
});

/**
 * Reads `large?of=demo&latency-ms=200&rpm=60` as the name and what is served under it.
 * Throws `config_invalid` for an option that does not exist or has no such value.
 */
export function readServedModel(text: string): [name: string, model: ServedModelInput] {
  const [name = "", query = ""] = text.split("?", 2);
  const parsed = optionsSchema.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (!parsed.success || !name) {
    const why = parsed.error ? z.prettifyError(parsed.error) : "It has no name.";
    throw new FlotillaError("config_invalid", `The simulated model "${text}" is wrong:\n${why}`);
  }
  const given = parsed.data;
  const limits = {
    requestsPerMinute: given.rpm,
    tokensPerMinute: given.tpm,
    inputTokensPerMinute: given.itpm,
    outputTokensPerMinute: given.otpm,
    concurrency: given.concurrency,
    burstSeconds: given["burst-seconds"],
    headers: given.headers,
  };
  return [
    name,
    {
      ...(given.of && { of: given.of }),
      latencyMs: given["latency-ms"],
      tokensPerSecond: given["tokens-per-second"],
      limits,
      contextWindow: given["context-window"],
      ...(given.price && { price: readPrice(given.price) }),
    },
  ];
}

/** One name as requests find it. */
export interface ServedModel {
  name: string;
  /** The model that the brain is asked for. */
  of: string;
  pace: Pace;
  limits: Limits;
  price: Price;
  contextWindow: number | undefined;
}

/** The models of a simulator, and the gate of each key at each of them. */
export class ServedModels {
  readonly #defaults: ServedDefaults;
  readonly #named: ReadonlyMap<string, ServedModel>;
  readonly #gates = new Map<string, Gate>();

  /** Throws a ZodError for a model or a price that is described wrongly. */
  constructor(named: Readonly<Record<string, ServedModelInput>>, defaults: ServedDefaults) {
    this.#defaults = { ...defaults, price: billPriceSchema.parse(defaults.price) };
    this.#named = new Map(
      Object.entries(named).map(([name, input]) => [name, served(name, input, defaults)]),
    );
  }

  find(name: string): ServedModel {
    return this.#named.get(name) ?? { name, of: name, ...this.#defaults };
  }

  gate(model: ServedModel, key: string, now: number): Gate {
    const id = `${model.name}\n${key}`;
    let gate = this.#gates.get(id);
    if (!gate) {
      gate = new Gate(model.limits, now);
      this.#gates.set(id, gate);
    }
    return gate;
  }
}

function served(name: string, input: ServedModelInput, defaults: ServedDefaults): ServedModel {
  const model = servedModelSchema.parse(input);
  const { latencyMs, tokensPerSecond } = model;
  const own = Object.entries(model.limits).filter(([, value]) => value !== undefined);
  return {
    name,
    of: model.of,
    pace: {
      latencyMs: latencyMs ?? defaults.pace.latencyMs,
      tokensPerSecond: tokensPerSecond ?? defaults.pace.tokensPerSecond,
    },
    limits: { ...defaults.limits, ...Object.fromEntries(own) },
    price: model.price ?? defaults.price,
    contextWindow: model.contextWindow ?? defaults.contextWindow,
  };
}
