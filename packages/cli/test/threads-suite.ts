import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ThreadWithMessages } from "@flotilla/api";
import { describe, expect, test } from "vitest";
import { ask, platform, slow } from "./shared-platform.ts";

/** The thread that a chat told of. */
const threadIn = (stderr: string) => /thr_[0-9a-z]{26}/.exec(stderr)?.[0] as string;

describe.concurrent("a chat", slow, () => {
  test("takes a message from each line, and each answer goes on from the one before", async () => {
    const file = join(platform.folder, "numbers.txt");
    await writeFile(file, "one two three");
    const input = ["What is 6 * 7?", "/help", `/attach ${file}`, "and \\", "this?", "/exit", "no"];
    const { code, stdout, stderr } = await platform.flotilla(["chat", "math"], {
      input: input.join("\n"),
    });
    expect(code).toBe(0);
    expect(stdout).toContain("The answer is 42.");
    expect(stderr).toContain("/attach <file>");
    const id = threadIn(stderr);
    const { messages } = await ask<ThreadWithMessages>("threads", "show", id);
    expect(messages.items.map(({ text }) => text)).toEqual(["and \nthis?", "What is 6 * 7?"]);
    expect(messages.items[0]).toMatchObject({
      attachments: [{ name: "numbers.txt", head: "one two three" }],
      after: messages.items[1]?.run.runId,
    });
    const shown = await platform.flotilla(["threads", "show", id]);
    expect(shown.stdout).toMatch(/> What is 6 \* 7\?\n.*The answer is 42\.\n\n> and/s);
    expect((await platform.flotilla(["threads"])).stdout).toContain(id);
    await platform.flotilla(["threads", "archive", id]);
    const refused = await platform.flotilla(["chat", "--thread", id], { input: "more" });
    expect(refused.stderr).toContain("is archived");
    await platform.flotilla(["threads", "restore", id]);
    expect(await platform.flotilla(["threads", "delete", id])).toMatchObject({ code: 0 });
    expect((await platform.flotilla(["threads", "show", id])).code).toBe(1);
  });

  test("stops the answer that is under way on Ctrl-C, and goes on", async () => {
    const { code, stdout, stderr } = await platform.flotilla(["chat", "slow"], {
      input: "Hello\n/exit\n",
      interrupt: { after: /You/, signal: "SIGINT" },
    });
    expect(code).toBe(0);
    expect(stderr).toContain("Stopping…");
    expect(stdout).toContain("cancelled by ");
    const { messages } = await ask<ThreadWithMessages>("threads", "show", threadIn(stderr));
    expect(messages.items.map(({ run }) => run.status)).toEqual(["cancelled"]);
  });
});
