import { Role, type Part, type SendMessageRequest, type Task } from "@a2a-js/sdk";
import {
  ClientFactory,
  ClientFactoryOptions,
  JsonRpcTransportFactory,
  type Client,
} from "@a2a-js/sdk/client";
import { randomUUID } from "node:crypto";
import type { KeyMade } from "@flotilla/api";
import type { Agent, AgentSpecInput } from "@flotilla/core";
import type { Platform } from "../../platform.ts";
import type { Figure, Proof } from "../claim.ts";
import { signedInPlatform } from "./signed-in-platform.ts";

const script = (...turns: object[]) => JSON.stringify({ turns });
const publish = { a2a: true };

const agents: readonly AgentSpecInput[] = [
  {
    name: "adder",
    model: "simulated/script",
    instructions: script({ text: "42" }, { text: "Still 42" }),
    publish,
  },
  {
    name: "asker",
    model: "simulated/script",
    instructions: script(
      { calls: [{ tool: "calculator", input: { expression: "6 * 7" } }] },
      { text: "done" },
    ),
    tools: ["calculator"],
    approvals: ["calculator"],
    publish,
  },
  { name: "sleeper", model: "slow/script", instructions: script({ text: "awake" }), publish },
  { name: "hidden", model: "simulated/script" },
];

/** A platform where people sign in, with agents that are published to others. */
export class A2aStage {
  readonly #platform: Platform;
  readonly #key: string;

  private constructor(platform: Platform, key: string) {
    this.#platform = platform;
    this.#key = key;
  }

  static async open(proof: Proof): Promise<A2aStage> {
    const { platform, owner } = await signedInPlatform(proof, 3_000);
    for (const spec of agents) await owner.json<Agent>("PUT", `/api/v1/agents/${spec.name}`, spec);
    const made = { name: "others", role: "owner" };
    const { secret } = await owner.json<KeyMade>("POST", "/api/v1/keys", made);
    return new A2aStage(platform, secret);
  }

  get url(): string {
    return this.#platform.url;
  }

  /** The protocol's own client, by the agent's card. */
  async connect(agent: string, key: string | null = this.#key): Promise<Client> {
    const fetchImpl: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      if (key !== null) headers.set("authorization", `Bearer ${key}`);
      return fetch(input, { ...init, headers });
    };
    const transports = [new JsonRpcTransportFactory({ fetchImpl })];
    const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { transports });
    const card = `${this.url}/a2a/${agent}/.well-known/agent-card.json`;
    return new ClientFactory(options).createFromUrl(card, "");
  }

  kill(): void {
    this.#platform.kill("SIGKILL");
  }

  restart(): Promise<void> {
    return this.#platform.restart();
  }
}

export function text(value: string): Part {
  const content = { $case: "text", value } as const;
  return { content, metadata: undefined, filename: "", mediaType: "" };
}

export function message(
  parts: Part[],
  { taskId = "", contextId = "", now = false } = {},
): SendMessageRequest {
  return {
    tenant: "",
    metadata: undefined,
    message: {
      ...{ messageId: randomUUID(), contextId, taskId, role: Role.ROLE_USER, parts },
      ...{ metadata: undefined, extensions: [], referenceTaskIds: [] },
    },
    configuration: {
      ...{ acceptedOutputModes: [], taskPushNotificationConfig: undefined },
      returnImmediately: now,
    },
  };
}

export function outputOf({ artifacts }: Task): Figure {
  const [content] = artifacts.flatMap(({ parts }) => parts.map((one) => one.content));
  return content?.$case === "text" ? content.value : JSON.stringify(content ?? null);
}
