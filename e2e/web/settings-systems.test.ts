import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  openWebhookReceiver,
  type WebhookReceiver,
} from "../../packages/server/test/webhook-receiver.ts";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage } from "./browser.ts";

const key = "sk-north-0123456789abcdef";

let platform: Platform;
let browser: Browser;
let receiver: WebhookReceiver;
let north: Server;

beforeAll(async () => {
  [receiver, north, browser] = await Promise.all([
    openWebhookReceiver(),
    startNorth(),
    openBrowser(),
  ]);
  const { port } = north.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  platform = await startPlatform({
    config: {
      httpAllow: [receiver.host, host],
      providers: { north: { kind: "openai-compatible", baseURL: `http://${host}/v1` } },
    },
  });
  await platform.client.agents.apply({ name: "greeter", model: "simulated/demo" });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  await receiver?.close();
  north?.close();
});

/** A provider that takes one key, and a SearXNG, at one address. */
async function startNorth(): Promise<Server> {
  const server = createServer((request, response) => {
    const isSearch = request.url?.startsWith("/search") === true;
    const isKnown = isSearch || request.headers.authorization === `Bearer ${key}`;
    response.writeHead(isKnown ? 200 : 401, { "content-type": "application/json" });
    const data = [{ id: "large" }, { id: "small" }];
    const answer = isKnown ? { data } : { error: { message: "No such key." } };
    response.end(JSON.stringify(isSearch ? { results: [] } : answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function openSettings(section: string) {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(`/settings/${section}`);
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  return { page, errors, dialog: page.getByRole("dialog") };
}

test("a provider is tested, gets a key of one's own that is never shown, and loses it", async () => {
  const { page, dialog } = await openSettings("providers");
  await page.getByRole("button", { name: "Test north" }).click();
  await page.getByText(/No such key/).waitFor();
  await page.getByRole("button", { name: "Set a key for north" }).click();
  await dialog.getByLabel("Key", { exact: true }).fill(key);
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save the key" }).click();
  await page.getByText("your organisation's key").waitFor();
  await page.getByRole("button", { name: "Test north" }).click();
  await page.getByText(/^north answered in .* and offers 2 models$/).waitFor();
  await page.getByText("Which", { exact: true }).click();
  await page.getByText("north/large", { exact: true }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  expect(await page.content()).not.toContain(key);
  expect((await platform.client.credentials.list()).items).toMatchObject([
    { name: "north", kind: "provider", provider: "north", test: { ok: true } },
  ]);
  await page.getByRole("button", { name: "Remove the key for north" }).click();
  await dialog.getByRole("button", { name: "Remove the key for north" }).click();
  await page.getByRole("button", { name: "Set a key for north" }).waitFor();
}, 60_000);

test("a connection says which field is wrong, is tested as it is set, and changed", async () => {
  const { page, dialog } = await openSettings("connections");
  await page.getByRole("button", { name: "New connection" }).click();
  await dialog.getByRole("button", { name: "Save and test" }).click();
  await dialog.getByText("use an address such as support@example.com").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("finder");
  await dialog.getByRole("combobox", { name: "Kind" }).click();
  await page.getByRole("option", { name: "Search service" }).click();
  const { port } = north.address() as AddressInfo;
  await dialog.getByLabel("Address of the server").fill(`http://127.0.0.1:${port}`);
  await dialog.getByRole("combobox", { name: "Opened by" }).click();
  await page.getByRole("option", { name: "Nothing: it is open to all" }).click();
  await dialog.getByRole("button", { name: "Save and test" }).click();
  await page.getByText("it let us in").waitFor();
  await page.getByRole("button", { name: "Change finder" }).click();
  await dialog.getByLabel("Description").fill("What the web says");
  await dialog.getByRole("button", { name: "Save and test" }).click();
  await page.getByText("Search service · What the web says").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Remove finder" }).click();
  await dialog.getByRole("button", { name: "Remove finder" }).click();
  await page.getByRole("heading", { name: "No connections yet" }).waitFor();
}, 60_000);

test("a channel is made with a secret shown once, and its test arrives signed", async () => {
  const { page, dialog } = await openSettings("notifications");
  await page.getByRole("button", { name: "New channel" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("team");
  await dialog.getByText("Webhook", { exact: true }).click();
  await dialog.getByLabel("Address").fill(receiver.url);
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save the channel" }).click();
  await page.getByText("it is not shown again").waitFor();
  expect(await dialog.locator("pre").textContent()).toMatch(/^whsec_/);
  await page.getByRole("button", { name: "I have it" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Test team" }).click();
  const sent = page.getByRole("region", { name: "Sent by team" });
  await sent.getByText("This is a test of the channel team").waitFor();
  await sent.getByText(/delivered/).waitFor();
  expect(receiver.received.map(({ headers }) => Object.keys(headers))).toEqual([
    expect.arrayContaining(["flotilla-signature"]),
  ]);
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);

test("a trigger's webhook starts a run, which its calls lead to", async () => {
  const { page, dialog } = await openSettings("triggers");
  await page.getByRole("button", { name: "New trigger" }).click();
  await dialog.getByRole("button", { name: "Save the trigger" }).click();
  await dialog.getByText("Choose one").waitFor();
  await dialog.getByRole("textbox", { name: "Name" }).fill("on-push");
  await dialog.getByRole("combobox", { name: "How it is signed" }).click();
  await page.getByRole("option", { name: /^GitHub/ }).click();
  await dialog.getByRole("combobox", { name: "Agent" }).click();
  await page.getByRole("option", { name: "greeter" }).click();
  await dialog.getByRole("textbox", { name: "Input" }).fill("Greet {{trigger.body.who}}");
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save the trigger" }).click();
  await page.getByText("it is not shown again").waitFor();
  const secret = String(await dialog.locator("pre").textContent());
  await page.getByRole("button", { name: "I have it" }).click();
  const calls = page.getByRole("region", { name: "Calls of on-push" });
  const address = String(await calls.locator("code").textContent());
  const body = JSON.stringify({ who: "Ann" });
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  const answer = await fetch(address, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-delivery": "delivery-1",
      "x-hub-signature-256": `sha256=${digest}`,
    },
    body,
  });
  expect(answer.status, await answer.text()).toBe(202);
  expect(new URL(page.url()).search).toContain("item=on-push");
  await calls.getByText("delivery-1").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await calls.getByRole("link", { name: "the run" }).click();
  await page.waitForURL(/\/runs\/run_/);
  await page.goBack();
  await page.getByRole("button", { name: "Switch off on-push" }).click();
  await page.getByRole("button", { name: "Switch on on-push" }).waitFor();
  expect((await platform.client.triggers.get("on-push")).enabled).toBe(false);
}, 60_000);
