/**
 * Turns many single calls into few bulk ones. Calls that arrive while a bulk call is under
 * way wait and go together with the next, so the bulk size follows the load: one call alone
 * goes at once, a thousand at once go in a few statements. This is group commit.
 *
 * @param bulk handles the given calls; result i belongs to call i. When it throws, all of
 *   its calls are rejected with that error
 * @param maxSize most calls in one bulk call
 */
export function coalesce<In, Out>(
  bulk: (calls: In[]) => Promise<Out[]>,
  maxSize: number,
): (call: In) => Promise<Out> {
  interface Waiting {
    call: In;
    resolve: (out: Out) => void;
    reject: (error: unknown) => void;
  }
  let queue: Waiting[] = [];
  let active = false;

  async function drain(): Promise<void> {
    active = true;
    // One turn of the event loop lets everything that is ready now come along.
    await new Promise(setImmediate);
    while (queue.length > 0) {
      const taken = queue.slice(0, maxSize);
      queue = queue.slice(maxSize);
      try {
        const results = await bulk(taken.map((one) => one.call));
        for (const [i, one] of taken.entries()) one.resolve(results[i] as Out);
      } catch (error) {
        for (const one of taken) one.reject(error);
      }
    }
    active = false;
  }

  return (call) =>
    new Promise((resolve, reject) => {
      queue.push({ call, resolve, reject });
      if (!active) void drain();
    });
}
