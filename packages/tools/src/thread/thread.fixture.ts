import { threadId } from "node:worker_threads";
import { serveThread } from "./serve-thread.ts";

/** Does what it is told, well or badly. */
serveThread(async (how: string): Promise<unknown> => {
  switch (how) {
    case "spin":
      for (;;);
    case "memory": {
      const all: unknown[] = [];
      for (;;) all.push(Array.from({ length: 100_000 }, () => all.length));
    }
    case "buffers": {
      const all: Uint8Array[] = [];
      for (;;) all.push(new Uint8Array(2 ** 20).fill(1));
    }
    case "throw":
      throw new RangeError("not like this");
    case "exit":
      process.exit(3);
    case "environment":
      return Object.keys(process.env);
    case "thread":
      return threadId;
    default:
      return [how];
  }
});
