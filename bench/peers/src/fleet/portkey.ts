import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { chatRequest, type ChatAnswer } from "../../../src/fleet/ask-provider.ts";
import {
  askEach,
  serveFleetContender,
  type FleetContender,
  type FleetSettings,
} from "../../../src/fleet/contender.ts";

const gatewayScript = fileURLToPath(import.meta.resolve("@portkey-ai/gateway/build/start-server.js"));
const loopback = new URL("listen-on-loopback.ts", import.meta.url).href;

/**
 * Portkey's gateway in a process of its own, with the retries its README shows (five, with growing
 * pauses), asked by nothing but `fetch`. Its `use_retry_after_header` is not used: in the published
 * package it ends in an error of its own, for want of a patched dependency.
 */
async function openPortkey({ providerUrl }: FleetSettings): Promise<FleetContender> {
  const gateway = fork(gatewayScript, ["--headless", "--port=0"], {
    execArgv: ["--import", loopback],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exit = once(gateway, "exit");
  const started = Promise.race([
    once(gateway, "message"),
    exit.then(([code]) => Promise.reject(new Error(`The gateway ended with ${code}.`))),
  ]);
  const [{ port }] = (await started) as [{ port: number }];
  const config = {
    provider: "openai",
    custom_host: `${providerUrl}/v1`,
    api_key: "bench",
    retry: { attempts: 5 },
  };

  async function ask(model: string, prompt: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-portkey-config": JSON.stringify(config) },
      body: JSON.stringify(chatRequest(model, prompt)),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return ((await response.json()) as ChatAnswer).choices[0]!.message.content;
  }

  return {
    ask: (model, prompts) => askEach(prompts, (prompt) => ask(model, prompt)),
    async close() {
      gateway.disconnect();
      await exit;
    },
  };
}

await serveFleetContender(openPortkey);
