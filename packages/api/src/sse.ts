/** One server-sent event. */
export interface ServerSentEvent {
  event: string;
  id: string | null;
  data: string;
}

/**
 * Parses a `text/event-stream` body (WHATWG HTML, "Server-sent events"). Ends with the
 * body; an event that was not closed by a blank line is dropped, as the standard says.
 * Comments (heartbeats) are skipped.
 */
export async function* parseServerSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const event = parser.push(line);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

class EventParser {
  #event = "message";
  /** Stays for later events that name none, as the standard says. */
  #id: string | null = null;
  #data: string[] = [];

  /** Takes a line; a blank one gives the event it closes. */
  push(line: string): ServerSentEvent | undefined {
    if (line === "") return this.#close();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = text;
    else if (field === "data") this.#data.push(text);
    else if (field === "id" && !text.includes("\0")) this.#id = text;
    return undefined;
  }

  #close(): ServerSentEvent | undefined {
    const event = { event: this.#event, id: this.#id, data: this.#data.join("\n") };
    const dispatch = this.#data.length > 0;
    this.#event = "message";
    this.#data = [];
    return dispatch ? event : undefined;
  }
}
