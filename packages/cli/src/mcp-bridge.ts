import type { Readable, Writable } from "node:stream";
import type {
  JSONRPCMessage,
  RequestId,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";

export interface BridgeOptions {
  /** Of the server's MCP endpoint. */
  url: URL;
  /** By which it knows who asks. */
  headers: Record<string, string>;
  input: Readable;
  output: Writable;
  /** Told of what goes wrong beside the messages. */
  onError(error: Error): void;
}

/** Of the revisions whose requests stand for themselves, each names its revision here. */
const revisionKey = "io.modelcontextprotocol/protocolVersion";
/** A server that starts again is waited for, for some minutes. */
const reconnectionOptions = {
  maxRetries: 60,
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 5_000,
  reconnectionDelayGrowFactor: 1.5,
};
const longestLine = 16 * 1024 * 1024;

/**
 * Hands the messages of an MCP client on standard input to a server over HTTP, and its messages to standard output. Streams
 * that break off are gone on with by the protocol's own client. Resolves when the input has ended.
 */
export async function bridge({
  url,
  headers,
  input,
  output,
  onError,
}: BridgeOptions): Promise<void> {
  const {
    ReadBuffer,
    serializeMessage,
    StreamableHTTPClientTransport: Transport,
  } = await import("@modelcontextprotocol/client");
  const http = new Transport(url, { requestInit: { headers }, reconnectionOptions });
  const relay = new Relay(http, (message) => void output.write(serializeMessage(message)));
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the library's transport has no other way
  http.onmessage = (message) => relay.toClient(message);
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  http.onerror = onError;
  await http.start();
  const lines = new ReadBuffer({ maxBufferSize: longestLine });
  for await (const chunk of input) {
    lines.append(chunk as Buffer);
    for (let message = lines.readMessage(); message; message = lines.readMessage()) {
      relay.toServer(message);
    }
  }
  await http.terminateSession().catch(() => undefined);
  await http.close();
}

class Relay {
  readonly #http: StreamableHTTPClientTransport;
  readonly #send: (message: JSONRPCMessage) => void;
  /** Requests without a session that have no answer yet. */
  readonly #open = new Map<RequestId, AbortController>();
  #opening: RequestId | undefined;

  constructor(http: StreamableHTTPClientTransport, send: (message: JSONRPCMessage) => void) {
    this.#http = http;
    this.#send = send;
  }

  toClient(message: JSONRPCMessage): void {
    if (!("method" in message) && message.id !== undefined) {
      this.#open.delete(message.id);
      if (message.id === this.#opening && "result" in message) {
        this.#http.setProtocolVersion(String(message.result["protocolVersion"]));
      }
    }
    this.#send(message);
  }

  toServer(message: JSONRPCMessage): void {
    const cancelled = cancelledBy(message);
    const open = cancelled === undefined ? undefined : this.#open.get(cancelled);
    if (cancelled !== undefined && open) {
      // Without a session, to leave a request is to cancel it.
      this.#open.delete(cancelled);
      return open.abort();
    }
    const id = "method" in message && "id" in message ? message.id : undefined;
    if (id !== undefined && "method" in message && message.method === "initialize") {
      this.#opening = id;
    }
    void this.#post(message, id).catch((error: Error) => {
      if (id !== undefined && !this.#isLeft(id)) this.#fail(id, error.message);
    });
  }

  async #post(message: JSONRPCMessage, id: RequestId | undefined): Promise<void> {
    if (id === undefined || !hasRevision(message)) return this.#http.send(message);
    const left = new AbortController();
    this.#open.set(id, left);
    await this.#http.send(message, {
      requestSignal: left.signal,
      onRequestStreamEnd: () => {
        if (this.#open.has(id)) this.#fail(id, "The connection to the server broke off.");
      },
    });
  }

  #isLeft(id: RequestId): boolean {
    return this.#open.get(id)?.signal.aborted ?? false;
  }

  #fail(id: RequestId, message: string): void {
    this.#open.delete(id);
    this.#send({ jsonrpc: "2.0", id, error: { code: -32_000, message } });
  }
}

function cancelledBy(message: JSONRPCMessage): RequestId | undefined {
  if (!("method" in message) || message.method !== "notifications/cancelled") return undefined;
  const id = message.params?.["requestId"];
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

function hasRevision(message: JSONRPCMessage): boolean {
  const meta = "params" in message ? message.params?._meta : undefined;
  return meta !== undefined && revisionKey in meta;
}
