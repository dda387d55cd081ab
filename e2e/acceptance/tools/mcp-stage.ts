import { fileURLToPath } from "node:url";
import {
  Client,
  StreamableHTTPClientTransport,
  type CallToolResult,
  type Transport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { KeyMade } from "@flotilla/api";
import type { Agent, AgentSpecInput, Role } from "@flotilla/core";
import type { Person } from "../../person.ts";
import type { Platform } from "../../platform.ts";
import type { Proof } from "../claim.ts";
import { signedInPlatform } from "./signed-in-platform.ts";

const flotilla = fileURLToPath(new URL("../../../packages/cli/bin/flotilla.mjs", import.meta.url));

/** How a client comes to the server. */
export type Way = "sessions" | "requests" | "stdio";
export const ways: readonly Way[] = ["sessions", "requests", "stdio"];

type OnForm = (message: string) => "approve" | "reject";

/** A platform where people sign in, with agents for MCP clients. */
export class McpStage {
  readonly platform: Platform;
  readonly owner: Person;
  readonly #proof: Proof;

  private constructor(proof: Proof, platform: Platform, owner: Person) {
    this.#proof = proof;
    this.platform = platform;
    this.owner = owner;
  }

  static async open(proof: Proof): Promise<McpStage> {
    const { platform, owner } = await signedInPlatform(proof, 4_000);
    const stage = new McpStage(proof, platform, owner);
    await stage.furnish();
    return stage;
  }

  private async furnish(): Promise<void> {
    const script = (...turns: object[]) => JSON.stringify({ turns });
    const call = { tool: "calculator", input: { expression: "6 * 7" } };
    const asks = { calls: [call] };
    const specs: AgentSpecInput[] = [
      { name: "adder", model: "simulated/script", instructions: script({ text: "42" }) },
      { name: "sleeper", model: "slow/script", instructions: script({ text: "awake" }) },
      {
        name: "asker",
        model: "simulated/script",
        instructions: script(asks, { text: "done" }),
        tools: ["calculator"],
        approvals: ["calculator"],
      },
      { name: "hidden", model: "simulated/script", publish: { mcp: false } },
    ];
    for (const spec of specs) {
      await this.owner.json<Agent>("PUT", `/api/v1/agents/${spec.name}`, spec);
    }
  }

  async key(role: Role): Promise<string> {
    const made = { name: role, role };
    return (await this.owner.json<KeyMade>("POST", "/api/v1/keys", made)).secret;
  }

  /** The protocol's own client, connected. */
  async connect(way: Way, key: string, onForm?: OnForm): Promise<Client> {
    const client = new Client(
      { name: "acceptance", version: "1.0.0" },
      {
        ...(way === "requests" && { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
        ...(onForm && { capabilities: { elicitation: { form: {} } } }),
      },
    );
    if (onForm) {
      client.setRequestHandler("elicitation/create", ({ params }) => ({
        action: "accept",
        content: { decision: onForm(params.message) },
      }));
    }
    await client.connect(this.#transport(way, key));
    this.#proof.finally(() => client.close());
    return client;
  }

  #transport(way: Way, key: string): Transport {
    const { url } = this.platform;
    if (way === "stdio") {
      return new StdioClientTransport({
        command: process.execPath,
        args: [flotilla, "mcp", "serve", "--url", url],
        env: { PATH: process.env.PATH ?? "", HOME: this.platform.home, FLOTILLA_API_KEY: key },
        stderr: "ignore",
      });
    }
    return new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
      reconnectionOptions: {
        maxRetries: 100,
        initialReconnectionDelay: 200,
        maxReconnectionDelay: 1_000,
        reconnectionDelayGrowFactor: 1.2,
      },
    });
  }
}

/** A tool's result as text. */
export function textOf(result: CallToolResult): string {
  return result.content.flatMap((one) => (one.type === "text" ? [one.text] : [])).join("\n");
}
