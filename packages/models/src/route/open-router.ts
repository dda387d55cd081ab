import {
  breakerSettings,
  type BreakerSettings,
  type CredentialScope,
  FlotillaError,
  type AfterFailure,
  type Clock,
  type Log,
  type ModelPort,
  type RouterPort,
  type RouteRules,
  type RouteSpec,
  type Target,
  type TargetOutcome,
  type TargetRequest,
  type TargetStore,
} from "@flotilla/core";
import { findRoute, routeNameOf, targetsOf, type Routes } from "./check-routes.ts";
import { isForOthers, judgeTarget, turnsTaken, type Verdict } from "./judge-target.ts";
import { orderTargets, type Candidate } from "./order-targets.ts";
import { classByRules } from "./task-class.ts";
import { TargetBook } from "./target-book.ts";

export interface RouterOptions {
  routes: Routes;
  models: Pick<ModelPort, "check" | "price" | "contextWindow">;
  targets: TargetStore;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Log;
  breaker?: Partial<BreakerSettings>;
}

/** A candidate as it stands for one call. */
export interface Judged extends Candidate {
  verdict: Verdict;
  /** How often it was already its turn in this step. */
  turns: number;
}

export interface Plan {
  route: string;
  taskClass?: string;
  /** In the order in which they are tried. */
  judged: Judged[];
}

export interface Router extends RouterPort {
  routes: Routes;
  /** What would be chosen now, and why; asks nobody. Throws `unknown_model` for no route. */
  plan(request: TargetRequest): Promise<Plan>;
  close(): Promise<void>;
}

/** @param options the routes must be such as `checkRoutes` lets pass */
export function openRouter(options: RouterOptions): Router {
  return new OpenRouter(options);
}

class OpenRouter implements Router {
  readonly routes: Routes;
  readonly #options: RouterOptions;
  readonly #book: TargetBook;

  constructor(options: RouterOptions) {
    this.routes = options.routes;
    this.#options = options;
    const breaker = { ...breakerSettings, ...options.breaker };
    this.#book = new TargetBook({ ...options, breaker });
  }

  async choose(request: TargetRequest): Promise<Target> {
    const route = routeNameOf(request.name);
    if (route === undefined) return { model: request.name };
    await this.#book.ready();
    const plan = this.#plan(route, request);
    const round = currentRound(plan.judged);
    const passedOver: { model: string; why: string }[] = [];
    for (const { target, verdict, turns, reason } of plan.judged) {
      const { model } = target;
      const why = await this.#whyNot(model, verdict, turns > round, request);
      if (why === undefined) {
        const { taskClass } = plan;
        const choice = { route, reason, ...(taskClass && { taskClass }), passedOver };
        return { model, choice, ...(target.context && { context: target.context }) };
      }
      passedOver.push({ model, why });
    }
    throw exhausted(route, plan.judged, passedOver);
  }

  async plan(request: TargetRequest): Promise<Plan> {
    await this.#book.refresh();
    return this.#plan(routeNameOf(request.name) ?? request.name, request);
  }

  afterFailure(request: TargetRequest): AfterFailure {
    const route = routeNameOf(request.name);
    const last = request.failed.at(-1);
    if (route === undefined || !last || routeNameOf(last.model) !== undefined) return "by_error";
    if (!isForOthers(last.code, findRoute(this.routes, route).onRefusal)) return "by_error";
    const { judged } = this.#plan(route, request);
    const round = currentRound(judged);
    const next = judged.find(({ verdict, turns }) => verdict.can && turns <= round);
    if (!next) {
      return judged.some(({ verdict }) => mayComeBack(verdict)) ? "later" : "by_error";
    }
    const failures = (model: string) => request.failed.filter((one) => one.model === model).length;
    const { model } = next.target;
    // It did not fit: whether a shorter history can help, the failure itself says.
    if (model === last.model && last.code === "context_overflow") return "by_error";
    if (model === last.model || failures(model) >= failures(last.model)) return "later";
    this.#book.noteFailover(last.model);
    return "another";
  }

  nextAfter(request: TargetRequest, asked: string[]): string | undefined {
    const route = routeNameOf(request.name);
    if (route === undefined) return undefined;
    const { judged } = this.#plan(route, request);
    return judged.find(({ target, verdict }) => verdict.can && !asked.includes(target.model))
      ?.target.model;
  }

  rules(request: Pick<TargetRequest, "name" | "agentName" | "text">): RouteRules {
    const route = routeNameOf(request.name);
    const spec = route === undefined ? undefined : this.routes[route];
    if (!spec) return {};
    const { confidence, classifier } = spec;
    return {
      ...(confidence && { confidence }),
      ...(classifier &&
        classByRules(spec, request) === undefined && {
          classifier: classifierOf(spec, classifier),
        }),
    };
  }

  report(model: string, outcome: TargetOutcome): void {
    this.#book.noteOutcome(model, outcome);
  }

  check(name: string, scope?: CredentialScope): void {
    const route = routeNameOf(name);
    if (route === undefined) {
      this.#options.models.check(name, scope);
      return;
    }
    let missing: unknown;
    for (const { model } of targetsOf(findRoute(this.routes, route))) {
      try {
        this.check(model, scope);
        return;
      } catch (error) {
        missing ??= error;
      }
    }
    throw missing;
  }

  close(): Promise<void> {
    return this.#book.close();
  }

  #plan(route: string, request: TargetRequest): Plan {
    const { models, random } = this.#options;
    const { candidates, taskClass } = orderTargets(this.routes, route, request, {
      price: (model) => models.price(model),
      speed: (model) => this.#speed(model),
      random,
    });
    const windows = new Map(candidates.map(({ target }) => [target.model, this.#context(target)]));
    const overflowed = request.failed
      .filter(({ code }) => code === "context_overflow")
      .map(({ model }) => windows.get(model) ?? null);
    const now = this.#book.now();
    const judged = candidates.map(({ target, reason }): Judged => {
      const health = this.#book.health(target.model);
      const context = windows.get(target.model) ?? null;
      const verdict = judgeTarget(target, request, { context, health, now, overflowed });
      return { target, reason, verdict, turns: turnsTaken(target.model, request) };
    });
    return { route, judged: withCompaction(judged), ...(taskClass && { taskClass }) };
  }

  #context({ model, context }: Candidate["target"]): number | null {
    return context ?? this.#options.models.contextWindow(model);
  }

  #speed(model: string): { firstTokenMs: number; tokensPerSecond: number } | null {
    const { firstTokenMs = null, tokensPerSecond = null } = this.#book.health(model) ?? {};
    return firstTokenMs === null || !tokensPerSecond ? null : { firstTokenMs, tokensPerSecond };
  }

  /** Why a target is passed over; undefined when it is the one. */
  async #whyNot(
    model: string,
    verdict: Verdict,
    waitsForOthers: boolean,
    request: TargetRequest,
  ): Promise<string | undefined> {
    if (!verdict.can) return verdict.why;
    if (waitsForOthers) {
      const last = request.failed.findLast((one) => one.model === model);
      return `it failed in this step with ${last?.code ?? "an error"}`;
    }
    if (!verdict.isProbe || (await this.#book.claimProbe(model))) return undefined;
    return "its breaker is half open and another call tries it";
  }
}

const classifierPrompt =
  "You sort tasks. Read the task and answer with the name of the class it belongs to, and nothing else. " +
  'Do not do the task. If it belongs to none of the classes, answer "none".';

function classifierOf(
  { classes }: RouteSpec,
  { model, prompt = classifierPrompt }: NonNullable<RouteSpec["classifier"]>,
): RouteRules["classifier"] {
  const names = Object.keys(classes);
  const lines = Object.entries(classes).map(([name, { description }]) =>
    description ? `- ${name}: ${description}` : `- ${name}`,
  );
  return { model, instructions: `${prompt}\n\nClasses:\n${lines.join("\n")}`, classes: names };
}

/**
 * Where only windows speak against the targets that could take the call, the one with the largest
 * takes it: its history is summarised before the call is made.
 */
function withCompaction(judged: Judged[]): Judged[] {
  if (judged.some(({ verdict }) => verdict.can)) return judged;
  let largest = 0;
  for (const { verdict } of judged) largest = Math.max(largest, windowOnceCompacted(verdict));
  const chosen = judged.find(({ verdict }) => windowOnceCompacted(verdict) === largest);
  if (!chosen || chosen.verdict.can || !chosen.verdict.compacted) return judged;
  const { context, isProbe } = chosen.verdict.compacted;
  const reason = `the largest context, ${context} tokens, of the targets that could take the call; its history is summarised`;
  const verdict: Verdict = { can: true, isProbe };
  return judged.map((one) => (one === chosen ? { ...one, reason, verdict } : one));
}

function windowOnceCompacted(verdict: Verdict): number {
  return verdict.can ? 0 : (verdict.compacted?.context ?? 0);
}

/** Targets that can are asked in rounds: none again before all others had their turn. */
function currentRound(judged: Judged[]): number {
  return Math.min(...judged.filter(({ verdict }) => verdict.can).map(({ turns }) => turns));
}

function mayComeBack(verdict: Verdict): boolean {
  return verdict.can || verdict.againInMs !== null;
}

/** The soonest a target is looked at again when none can be asked. */
const shortestPauseMs = 250;

function exhausted(
  route: string,
  judged: Judged[],
  passedOver: { model: string; why: string }[],
): FlotillaError {
  const waits = judged.flatMap(({ verdict }) => {
    if (verdict.can) return [shortestPauseMs];
    return verdict.againInMs === null ? [] : [Math.max(verdict.againInMs, shortestPauseMs)];
  });
  const why = passedOver.map((one) => `${one.model}: ${one.why}`).join("; ");
  return new FlotillaError(
    "route_exhausted",
    `No target of the route "${route}" can take the call: ${why}.`,
    {
      transient: waits.length > 0,
      ...(waits.length > 0 && { retryAfterMs: Math.min(...waits) }),
      details: { passedOver },
    },
  );
}
