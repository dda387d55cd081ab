import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { FlotillaError, type McpServer, type McpTransport } from "@flotilla/core";
import type { JSONRPCMessage, ReadBuffer, Transport } from "@modelcontextprotocol/client";
import type { Sandbox, Started } from "../sandbox/sandbox.ts";
import { mcpLimits } from "./limits.ts";

type Program = Extract<McpTransport, { kind: "stdio" }>;

export interface StdioParts {
  /** Opened when the first server needs it. */
  sandbox(): Promise<Sandbox>;
  /** Where the servers' own folders are. */
  folder: string;
}

const hour = 3_600;
/** A server that lives long: its calls are bounded, and it ends with its connection. */
const limits = { cpuSeconds: hour, wallMs: 24 * hour * 1_000, memoryBytes: 512 * 2 ** 20 };

/**
 * Speaks with a program in a sandbox of its own. It has no network: what a server needs of that is reached over HTTP by a server
 * elsewhere. Throws `tool_forbidden` on a machine that has no sandbox.
 */
export async function stdioTransport(
  server: McpServer,
  program: Program,
  { sandbox, folder }: StdioParts,
): Promise<Transport> {
  const workspace = join(folder, server.id);
  await mkdir(workspace, { recursive: true });
  const started = await (
    await sandbox()
  ).spawn({
    ...{ command: program.command, args: program.args, workspace, limits },
    readable: program.readable,
    environment: program.env,
    network: "none",
  });
  const { ReadBuffer, serializeMessage } = await import("@modelcontextprotocol/client");
  const buffer = new ReadBuffer({ maxBufferSize: mcpLimits.messageBytes });
  return new ProgramTransport(started, buffer, serializeMessage);
}

/** Messages of a program, a line each, at no more than a rate. */
class ProgramTransport implements Transport {
  /** By these two the library knows a transport over stdio: one that never answers its first question is old. */
  readonly pid = null;
  readonly stderr = null;
  onclose: Transport["onclose"];
  onerror: Transport["onerror"];
  onmessage: Transport["onmessage"];
  readonly #started: Started;
  readonly #buffer: ReadBuffer;
  readonly #write: (message: JSONRPCMessage) => string;
  readonly #pace = new Pace();
  #isClosed = false;

  constructor(started: Started, buffer: ReadBuffer, write: (message: JSONRPCMessage) => string) {
    this.#started = started;
    this.#buffer = buffer;
    this.#write = write;
  }

  async start(): Promise<void> {
    const { stdout, stderr, ended } = this.#started;
    stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
    // Whoever does not read what a program writes holds it up.
    stderr.resume();
    ended.then(
      ({ reason, exitCode }) => {
        const how = reason === "exited" ? `ended with code ${exitCode}` : `was ended: ${reason}`;
        if (!this.#isClosed) this.onerror?.(new Error(`The program ${how}.`));
        this.#end();
      },
      (error: Error) => {
        this.onerror?.(error);
        this.#end();
      },
    );
  }

  send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#started;
    if (this.#isClosed || !stdin.writable) {
      return Promise.reject(new FlotillaError("tool_failed", "The program is not running."));
    }
    return new Promise((resolve, reject) => {
      stdin.write(this.#write(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    this.#end();
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosed) return;
    try {
      this.#pace.take(chunk.length, 0);
      this.#buffer.append(chunk);
      for (;;) {
        const message = this.#read();
        if (message === null) return;
        if (message) this.onmessage?.(message);
      }
    } catch (error) {
      this.onerror?.(error as Error);
      this.#end();
    }
  }

  /** undefined: a line that is no message. */
  #read(): JSONRPCMessage | null | undefined {
    this.#pace.take(0, 1);
    try {
      return this.#buffer.readMessage();
    } catch (error) {
      this.onerror?.(error as Error);
      return undefined;
    }
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#started.stop();
    this.#buffer.clear();
    this.onclose?.();
  }
}

/** What a program may say: so much at once, and so much more with each second. Throws when that is spent. */
class Pace {
  #bytes: number = mcpLimits.streamBytes;
  #messages: number = mcpLimits.streamMessages;
  #at = performance.now();

  take(bytes: number, messages: number): void {
    const now = performance.now();
    const seconds = (now - this.#at) / 1_000;
    this.#at = now;
    const { streamBytes, streamMessages } = mcpLimits;
    this.#bytes = Math.min(streamBytes, this.#bytes + (seconds * streamBytes) / 30) - bytes;
    this.#messages =
      Math.min(streamMessages, this.#messages + (seconds * streamMessages) / 30) - messages;
    if (this.#bytes >= 0 && this.#messages >= 0) return;
    throw new FlotillaError("tool_failed", "The program says more than it may.");
  }
}
