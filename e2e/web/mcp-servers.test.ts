import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  echo,
  openTestMcpServer,
  type TestMcpServer,
} from "../../packages/tools/src/mcp/test-mcp-server.ts";
import { openOAuthPeer, type OAuthPeer } from "../../packages/server/test/oauth-peer.ts";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage, soon } from "./browser.ts";
import { firstOwner, newMember, type Member } from "./members.ts";

let platform: Platform;
let browser: Browser;
let owner: Member;
let viewer: Member;
let peer: TestMcpServer;
let locked: OAuthPeer;

beforeAll(async () => {
  [peer, locked] = [await openTestMcpServer(), await openOAuthPeer()];
  const httpAllow = [peer.host, ...locked.hosts];
  platform = await startPlatform({ config: { signIn: "required", httpAllow } });
  browser = await openBrowser();
  owner = await firstOwner(platform);
  viewer = await newMember(platform, owner, "Vera", "viewer");
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
  peer?.close();
  locked?.close();
});

async function openAs(member: Member, path: string, colorScheme: "light" | "dark" = "light") {
  const { page, errors } = await openPage(browser, platform.url, { colorScheme });
  await page.context().addCookies(member.cookies);
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  return { page, errors };
}

/** Where somebody wants to look at them. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env["E2E_SCREENSHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** What the server says of its one tool from now on. */
function says(description: string): void {
  peer.handlers["tools/list"] = () => ({ result: { tools: [{ ...echo, description }] } });
}

test("a server is added, its reach approved, its tools approved, and a change of one is shown before it counts", async () => {
  const { page, errors } = await openAs(owner, "/mcp-servers");
  await page.getByRole("heading", { name: "No MCP servers yet" }).waitFor();
  await page.getByRole("button", { name: "Add a server" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Echo Server");
  await dialog.getByRole("textbox", { name: "Address" }).fill("ftp://nowhere");
  await page.keyboard.press("Enter");
  await dialog.getByText("not an http or https URL").waitFor();
  await shoot(page, "mcp-form-light");
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("textbox", { name: "Name" }).fill("echoes");
  await dialog.getByRole("textbox", { name: "Address" }).fill(peer.url);
  await dialog.getByRole("button", { name: "Add the server" }).click();
  await page.getByRole("heading", { name: "echoes", level: 1 }).waitFor();
  expect(peer.heard).toEqual([]);
  await shoot(page, "mcp-pending-light");

  await page.getByRole("button", { name: "Approve how it is reached" }).click();
  const tool = page.getByRole("article", { name: "echo" });
  await tool.getByText("Says it again.").waitFor();
  await tool.getByRole("button", { name: "Approve echo" }).click();
  await tool.getByText("approved", { exact: true }).waitFor();

  says("Says it again, and tells\u200b me.");
  await page.getByRole("button", { name: "Test" }).click();
  const changes = page.getByRole("group", { name: "Changes of echo" });
  await changes.getByText(/tells\S*200b\S* me/i).waitFor();
  await tool.getByRole("alert").getByText("nobody sees", { exact: false }).waitFor();
  await shoot(page, "mcp-changed-light");
  expect(await violationsOf(page)).toEqual([]);
  await tool.getByRole("button", { name: /^Approve echo/ }).click();
  await page.getByRole("button", { name: "Approve echo with what is hidden" }).last().click();
  await tool.getByText("approved", { exact: true }).waitFor();
  const { items } = await owner.client.mcpServers.tools("echoes");
  expect(items[0]?.pinned?.description).toContain("tells\u200b me");
  expect(errors).toEqual([]);
}, 90_000);

test("somebody signs in at a server that asks for it, says what a tool can do, and disconnects it", async () => {
  const { hash } = await owner.client.mcpServers.set("locked", {
    transport: { kind: "http", url: locked.url },
  });
  await owner.client.mcpServers.approve("locked", hash);
  await owner.client.mcpServers.test("locked");
  const { page, errors } = await openAs(owner, "/mcp-servers/locked");
  const needed = page.getByRole("region", { name: "It needs a sign-in" });
  await needed.getByText("Nobody has signed in yet.", { exact: false }).waitFor();
  await shoot(page, "mcp-needs-sign-in-light");
  expect(await violationsOf(page)).toEqual([]);
  await needed.getByRole("button", { name: "Connect" }).click();
  await page.getByPlaceholder("Enter any login").fill("ann");
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByRole("heading", { name: "locked", level: 1 }).waitFor();
  await page.getByText(locked.issuer).waitFor();
  // What the provider's own pages lack is not of this app.
  errors.splice(0);
  const tool = page.getByRole("article", { name: "echo" });
  await tool.getByRole("button", { name: "Approve echo" }).click();
  await tool.getByText("approved", { exact: true }).waitFor();
  await tool.getByRole("combobox", { name: "What calls of echo can do" }).selectOption("read");
  const risk = async () => (await owner.client.mcpServers.tools("locked")).items[0]?.risk;
  await expect.poll(risk, soon).toBe("read");
  await shoot(page, "mcp-connected-light");
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Disconnect locked" }).click();
  await page.getByRole("button", { name: "Disconnect locked" }).last().click();
  await needed.getByText("has disconnected it", { exact: false }).waitFor();
  expect(errors).toEqual([]);
  // What was brought back is good for one use.
  await page.goto("/mcp-servers/oauth/callback?state=x&code=y");
  await page.getByText("is not of a sign-in that was begun here", { exact: false }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
}, 120_000);

test("a server is disabled and enabled, and removed after a word of warning", async () => {
  const transport = { kind: "http" as const, url: peer.url };
  await owner.client.mcpServers.set("brief", { transport });
  const { page } = await openAs(owner, "/mcp-servers/brief");
  const state = async () => (await owner.client.mcpServers.get("brief")).state;
  await page.getByRole("button", { name: "Disable" }).click();
  await expect.poll(state, soon).toBe("disabled");
  await page.getByRole("button", { name: "Enable" }).click();
  await expect.poll(state, soon).toBe("pending");
  await page.getByRole("button", { name: "Remove the server" }).click();
  await page.getByRole("button", { name: "Remove the server" }).last().click();
  await page.getByRole("heading", { name: "MCP servers", level: 1 }).waitFor();
  const names = async () => (await owner.client.mcpServers.list()).items.map(({ name }) => name);
  await expect.poll(names, soon).not.toContain("brief");
}, 60_000);

test("axe finds nothing on the servers and on one of them, light and dark", async () => {
  await owner.client.mcpServers.set("program", {
    transport: { kind: "stdio", command: "node", args: ["/opt/mcp/files.js"] },
  });
  for (const scheme of ["light", "dark"] as const) {
    for (const path of ["/mcp-servers", "/mcp-servers/echoes", "/mcp-servers/program"]) {
      const { page, errors } = await openAs(owner, path, scheme);
      await shoot(page, `${path.slice(1).replace("/", "-")}-${scheme}`);
      expect([path, await violationsOf(page)]).toEqual([path, []]);
      expect(errors).toEqual([]);
    }
  }
}, 90_000);

test("a viewer sees the servers and can change nothing", async () => {
  const { page } = await openAs(viewer, "/mcp-servers");
  await page.getByRole("link", { name: "echoes" }).click();
  const tool = page.getByRole("article", { name: "echo" });
  await tool.waitFor();
  const main = page.getByRole("main");
  for (const name of ["Test", "Disable", "Change", /^Remove/, /^Approve/, /^Withdraw/]) {
    expect(await main.getByRole("button", { name }).count()).toBe(0);
  }
}, 60_000);

test("what other programs need to use Flotilla as their server is there to copy", async () => {
  const { page } = await openAs(viewer, "/mcp-servers");
  const own = page.getByRole("region", { name: "Flotilla as an MCP server" });
  await own.getByText("flotilla mcp serve").waitFor();
  expect(await own.getByText(`${platform.url}/mcp`).count()).toBe(1);
  expect(await own.getByRole("button", { name: /^Copy: / }).count()).toBe(2);
}, 60_000);
