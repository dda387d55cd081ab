import {
  decide,
  FlotillaError,
  planStart,
  toFlotillaError,
  type AccessRule,
  type Caller,
  type Log,
  type PendingStart,
  type RedactPort,
  type StartTemplate,
  type Trigger,
} from "@flotilla/core";
import { repeat } from "@flotilla/engine";
import { isUnavailable, type Store } from "@flotilla/store";

export interface TriggerParts {
  store: Pick<Store, "tenant" | "triggers" | "signals">;
  rules(organisation: string): Promise<readonly AccessRule[]>;
  redact: RedactPort;
  log: Log;
}

/** Starts what occasions ask for. */
export interface Triggers {
  /** Resolves when it has started, or has failed and says why; it may also be another server that does it. */
  fire(pending: PendingStart): Promise<void>;
  close(): Promise<void>;
}

const atOnce = 100;

/**
 * Every server looks after occasions that wait: what came in by a webhook whose server died then, and ends of runs and
 * batches. Each starts something once, since the start and the note of it are one transaction.
 */
export function openTriggers(parts: TriggerParts): Triggers {
  const { store, log } = parts;
  const times = { everyMs: 1_000, quietMs: 20 };
  const loop = repeat("starting what triggers ask for", log, times, async () => {
    for (;;) {
      const pending = await store.triggers.pending(atOnce);
      for (const one of pending) await fire(parts, one);
      if (pending.length < atOnce) return;
    }
  });
  const unlisten = [
    store.signals.onTrigger(() => loop.poke()),
    store.signals.onCatchUp(() => loop.poke()),
  ];
  return {
    fire: (pending) => fire(parts, pending),
    async close() {
      for (const end of unlisten) end();
      await loop.stop();
    },
  };
}

async function fire(parts: TriggerParts, { id, trigger, values }: PendingStart): Promise<void> {
  const { store, redact, log } = parts;
  const { start, name, startedBy, organisation, environment } = trigger;
  try {
    await checkLeave(parts, trigger, start);
    const { agents } = store.tenant(trigger);
    const agent = await agents.get(start.agent, start.version);
    const planned = planStart(start, agent, {
      // What was sent may hold what somebody should not have sent.
      values: redact.of(organisation).json(values),
      ...{ name, organisation, environment, labels: { trigger: name } },
      // A signature vouches for the sender, and not for what others have written there.
      origin: [trigger.source.kind === "webhook" ? "web" : "tool"],
      ...(startedBy && { startedBy }),
      // Of the occasion, so that there is one of it.
      newId: (prefix) => `${prefix}${id.slice(3)}`,
    });
    await store.triggers.start(id, planned);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    const { message, ...rest } = toFlotillaError(error).toRecord();
    const reason = redact.of(organisation).text(message);
    log.warn({ trigger: trigger.id, occasion: id, reason }, "a trigger could start nothing");
    await store.triggers.fail(id, { ...rest, message: reason });
  }
}

/** Whether he in whose name it starts something may still do that. Throws `forbidden`. */
async function checkLeave(
  { rules }: TriggerParts,
  { startedBy, organisation, environment }: Trigger,
  { agent }: StartTemplate,
): Promise<void> {
  if (!startedBy || startedBy.kind === "local") return;
  const caller: Caller = { ...startedBy, organisation, environment, instance: false };
  const { allowed, reason } = decide(caller, "agents.run", await rules(organisation), agent);
  if (allowed) return;
  throw new FlotillaError("forbidden", `${caller.name} may not run ${agent}: ${reason}.`);
}
