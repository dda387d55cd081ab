import type { ApartTools } from "@flotilla/core";
import { ApartCaller } from "./apart-caller.ts";
import type { ApartSetup } from "./message.ts";

/** So many calls are made apart at once; the others wait for their turn. */
const most = 4;
/** A process that has nothing to do for so long is ended. */
const idleMs = 30_000;

export interface OpenApart extends ApartTools {
  close(): void;
}

/** Processes for calls made apart, started when they are needed and used again while they live. */
export function openApart(setup: Omit<ApartSetup, "environment">): OpenApart {
  const idle: ApartCaller[] = [];
  const all = new Set<ApartCaller>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let timer: NodeJS.Timeout | undefined;

  const start = () => {
    const caller = new ApartCaller({ ...setup, environment: process.env });
    all.add(caller);
    return caller;
  };
  const drop = (caller: ApartCaller) => {
    caller.end();
    all.delete(caller);
  };
  const endIdle = () => idle.splice(0).forEach(drop);

  async function withCaller<T>(
    isFresh: boolean,
    work: (caller: ApartCaller) => Promise<T>,
  ): Promise<T> {
    while (busy >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    busy += 1;
    clearTimeout(timer);
    const known = isFresh ? undefined : idle.pop();
    const caller = known && !known.isGone ? known : start();
    try {
      return await work(caller);
    } finally {
      busy -= 1;
      if (caller.isGone || isFresh) drop(caller);
      else idle.push(caller);
      timer = setTimeout(endIdle, idleMs).unref();
      waiting.shift()?.();
    }
  }

  return {
    async call(name, input, context, isFresh) {
      const work = (caller: ApartCaller) => caller.perform("call", name, input, context);
      return (await withCaller(isFresh, work)) ?? null;
    },
    async reconcile(name, input, context, isFresh) {
      const work = (caller: ApartCaller) => caller.perform("reconcile", name, input, context);
      const output = await withCaller(isFresh, work);
      return output === undefined ? undefined : { output };
    },
    close() {
      clearTimeout(timer);
      for (const caller of all) drop(caller);
    },
  };
}
