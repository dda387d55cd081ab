import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** The protocol as it is spoken before and after it has lost its sessions. */
export type Era = "sessions" | "requests";

export interface ClientOptions {
  key?: string;
  /** Answers the forms that it is asked to show; left out: it shows none. */
  onForm?: (params: { message: string; requestedSchema?: unknown }) => {
    action: "accept" | "decline" | "cancel";
    content?: Record<string, string | number | boolean | string[]>;
  };
  headers?: Record<string, string>;
}

/** The protocol's own client, connected. */
export async function connect(url: string, era: Era, options: ClientOptions = {}) {
  const { key, onForm, headers = {} } = options;
  const client = new Client(
    { name: "test", version: "1.0.0" },
    {
      ...(era === "requests" && { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
      ...(onForm && { capabilities: { elicitation: { form: {} } } }),
    },
  );
  if (onForm) {
    client.setRequestHandler("elicitation/create", ({ params }) =>
      onForm(params as Parameters<typeof onForm>[0]),
    );
  }
  const authorization: Record<string, string> =
    key === undefined ? {} : { authorization: `Bearer ${key}` };
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { ...authorization, ...headers } },
  });
  await client.connect(transport);
  return { client, transport, sessionId: transport.sessionId };
}

/** The first text of a tool's result. */
export function textOf(result: { content: readonly { type: string; text?: string }[] }): string {
  return result.content.find(({ type }) => type === "text")?.text ?? "";
}
