import { basename } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { ThreadSend } from "@flotilla/api";
import { FlotillaError } from "@flotilla/core";
import type { Connection } from "./connection.ts";
import { exitCodes, type ExitCode } from "./exit.ts";
import { readTextFile } from "./input-text.ts";
import { createRunView } from "./render/run-view.ts";
import { UsageError } from "./usage.ts";

export interface ChatOptions {
  agent?: string;
  thread?: string;
  model?: string;
  user?: string;
}

const help = `Each line is a message; a \\ at its end lets it go on.
  /attach <file>  sends the text of a file with the next message
  /exit           ends the talk; the thread stays`;

/**
 * A talk in a thread: each line that is typed or piped in is a message, and its answer is shown as it
 * comes. Ctrl-C stops the answer that is under way, and without one ends the talk.
 */
export async function chat(connection: Connection, options: ChatOptions): Promise<ExitCode> {
  const { client, terminal } = connection;
  const { id } = options.thread
    ? await client.threads.get(options.thread, { limit: 1 })
    : await client.threads.create(options.agent === undefined ? {} : { agent: options.agent });
  terminal.note(terminal.paintNote("dim", `${id}. /help says what there is beside messages.`));
  const lines = createInterface({ input: process.stdin, terminal: false });
  const prompt = () => void (terminal.interactive && terminal.write("> "));
  const talk = new Talk(connection, id, options, lines);
  const stop = () => talk.interrupt();
  process.on("SIGINT", stop);
  prompt();
  try {
    for await (const line of lines) {
      if ((await talk.take(line)) === "exit") break;
      prompt();
    }
  } finally {
    process.off("SIGINT", stop);
    lines.close();
  }
  terminal.note(`Go on with it: flotilla chat --thread ${id}`);
  return exitCodes.ok;
}

class Talk {
  readonly #connection: Connection;
  readonly #threadId: string;
  readonly #options: ChatOptions;
  readonly #lines: Interface;
  #begun: string[] = [];
  #attachments: NonNullable<ThreadSend["attachments"]> = [];
  #runId: string | undefined;

  constructor(connection: Connection, threadId: string, options: ChatOptions, lines: Interface) {
    this.#connection = connection;
    this.#threadId = threadId;
    this.#options = options;
    this.#lines = lines;
  }

  /** Stops the answer; without one under way, ends the talk. */
  interrupt(): void {
    const { client, terminal } = this.#connection;
    const runId = this.#runId;
    if (runId === undefined) return this.#lines.close();
    terminal.note("\nStopping…");
    client.runs.cancel(runId, "stopped in the chat").catch((error: unknown) => {
      terminal.note(`It could not be stopped: ${(error as Error).message}`);
    });
  }

  async take(line: string): Promise<"exit" | undefined> {
    if (line.endsWith("\\")) {
      this.#begun.push(line.slice(0, -1));
      return undefined;
    }
    const text = [...this.#begun, line].join("\n").trim();
    this.#begun = [];
    const [, word, rest = ""] = /^\/(\w+)(?:\s+(.*))?$/.exec(text) ?? [];
    if (word === "exit") return "exit";
    try {
      if (word === "attach") await this.#attach(rest);
      else if (word === "help") this.#connection.terminal.note(help);
      else if (text !== "") await this.#say(text);
    } catch (error) {
      const isOurs = error instanceof FlotillaError || error instanceof UsageError;
      if (!isOurs) throw error;
      this.#connection.terminal.note([error.message, error.remedy].filter(Boolean).join("\n"));
    }
    return undefined;
  }

  async #attach(path: string): Promise<void> {
    if (path === "") throw new UsageError("Name the file: /attach report.csv");
    const text = await readTextFile(path);
    this.#attachments.push({ name: basename(path), text });
    this.#connection.terminal.note(`${basename(path)} goes with the next message.`);
  }

  async #say(text: string): Promise<void> {
    const { client, terminal } = this.#connection;
    const { agent, model, user } = this.#options;
    const attachments = this.#attachments;
    const run = await client.threads.send(this.#threadId, {
      text,
      ...(agent !== undefined && { agent }),
      ...(model !== undefined && { model }),
      ...(user !== undefined && { user }),
      ...(attachments.length > 0 && { attachments }),
    });
    this.#attachments = [];
    this.#runId = run.runId;
    try {
      const view = createRunView(terminal.paint);
      for await (const event of client.runs.stream(run.runId, { giveUpAfterMs: 60_000 })) {
        if (terminal.json) terminal.document(event);
        else terminal.write(view.show(event));
      }
    } finally {
      this.#runId = undefined;
    }
  }
}
