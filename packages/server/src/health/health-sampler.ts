import type { Clock, ComponentHealth, Log } from "@flotilla/core";
import { repeat } from "@flotilla/engine";
import { answerWithinMs, measureComponents, type Measured } from "./measure-components.ts";
import { within } from "./within.ts";

export interface HealthSampler {
  /** How the components are: as the server whose turn it was has found them, or as this one finds them now. */
  current(): Promise<ComponentHealth[]>;
  /** Looks now, if it is this server's turn. */
  look(): Promise<void>;
  /** How often it has looked. */
  looks(): number;
  stop(): Promise<void>;
}

const everyMs = 10_000;
/** Of an outage of the database; an hour's. */
const mostMissed = 360;

/**
 * Looks at the components every ten seconds, one server at a time, and keeps what it finds. While the
 * database is away each server notes that, so that its history has the outage too.
 */
export function openHealthSampler(parts: Measured & { clock: Clock; log: Log }): HealthSampler {
  const { store, clock, log } = parts;
  let missed: ComponentHealth[] = [];
  const measure = async (): Promise<ComponentHealth[]> => {
    const at = new Date(clock.now()).toISOString();
    return measureComponents(parts, at);
  };
  let looks = 0;
  const sample = async () => {
    looks += 1;
    const isMine = await within(answerWithinMs, store.health.takeTurn(everyMs - 500)).catch(
      () => undefined,
    );
    if (isMine === undefined) {
      const away = (await measure()).filter(({ component }) => component === "database");
      missed = [...missed, ...away].slice(-mostMissed);
      return;
    }
    const found = isMine ? await measure() : [];
    if (found.length + missed.length > 0) await store.health.keep([...missed, ...found]);
    missed = [];
  };
  const loop = repeat("looking at the components", log, { everyMs, quietMs: everyMs }, sample);
  return {
    async current() {
      const kept = await within(answerWithinMs, store.health.current()).catch(() => []);
      return kept.length > 0 ? kept : measure();
    },
    look: sample,
    looks: () => looks,
    stop: () => loop.stop(),
  };
}
