import { beginDeviceSignIn, createClient } from "@flotilla/api";
import * as OTPAuth from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPlatform, type Platform } from "../platform.ts";
import { violationsOf } from "./axe.ts";
import { openBrowser, openPage } from "./browser.ts";
import { newMember, tokenOf, type Member } from "./members.ts";

let platform: Platform;
let browser: Browser;
let owner: Member;

/** The first owner comes in by hand: that is the first thing that anybody sees. */
beforeAll(async () => {
  platform = await startPlatform({ env: { FLOTILLA_SIGN_IN: "required" } });
  browser = await openBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

async function fillIn(page: Page, { email, password }: { email: string; password: string }) {
  await page.getByRole("textbox", { name: "E-mail address" }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
}

/** A page whose person is signed in. */
async function openAs(member: Member) {
  const opened = await openPage(browser, platform.url);
  await opened.page.context().addCookies(member.cookies);
  return opened;
}

test("the first owner comes in by the printed link, which leaves no secret in the address", async () => {
  const { page, errors } = await openPage(browser, platform.url);
  await page.goto(String(platform.adminLink));
  await heading(page, "Welcome aboard").waitFor();
  expect(page.url()).not.toContain("#");
  expect(await violationsOf(page)).toEqual([]);
  const password = "Olga has a long password";
  await page.getByRole("textbox", { name: "Your name" }).fill("Olga");
  await fillIn(page, { email: "olga@example.com", password });
  await heading(page, "Home").waitFor();
  await page.getByRole("button", { name: /Olga/ }).waitFor();
  expect(errors).toEqual([]);
  const cookies = (await page.context().cookies()).map(({ name, value }) => {
    return { name, value, url: platform.url };
  });
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const client = createClient({
    baseUrl: platform.url,
    fetch: (to, init) =>
      fetch(to, {
        ...init,
        headers: {
          ...Object.fromEntries(new Headers(init?.headers)),
          cookie,
          origin: platform.url,
        },
      }),
  });
  owner = { name: "Olga", email: "olga@example.com", password, client, cookies };
}, 60_000);

describe("sign-in", () => {
  test("leads back to where one was going; a wrong password is told, and signing out ends it", async () => {
    const { page } = await openPage(browser, platform.url);
    await page.goto("/limits");
    await heading(page, "Sign in").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await fillIn(page, { email: owner.email, password: "not the password" });
    await page.getByRole("alert").getByText("Check the e-mail address and the password.").waitFor();
    await fillIn(page, owner);
    await heading(page, "Limits").waitFor();
    await page.getByRole("button", { name: /Olga/ }).click();
    await page.getByText(owner.email).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await heading(page, "Sign in").waitFor();
    await page.goto("/runs");
    await heading(page, "Sign in").waitFor();
  }, 60_000);

  test("is asked for again when the session has ended, and nobody is sent to another site", async () => {
    const ann = await newMember(platform, owner, "Ann", "viewer");
    const { page } = await openAs(ann);
    await page.goto("/runs?status=failed");
    await heading(page, "Runs").waitFor();
    const ended = await fetch(`${platform.url}/api/auth/sign-out`, {
      method: "POST",
      headers: {
        cookie: ann.cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
        origin: platform.url,
        "content-type": "application/json",
      },
      body: "{}",
    });
    expect(ended.status).toBe(200);
    await heading(page, "Sign in").waitFor();
    await fillIn(page, ann);
    await heading(page, "Runs").waitFor();
    expect(page.url()).toContain("status=failed");

    for (const elsewhere of [
      "https://elsewhere.example/",
      "/\\elsewhere.example",
      "//elsewhere.example/",
    ]) {
      await page.goto(`/sign-in?back=${encodeURIComponent(elsewhere)}`);
      await fillIn(page, ann);
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      expect(new URL(page.url()).origin).toBe(platform.url);
    }
  }, 60_000);

  test("tells how long to wait when it was tried too often", async () => {
    const { page } = await openPage(browser, platform.url);
    await page.goto("/sign-in");
    const tries = Array.from({ length: 12 }, () =>
      fetch(`${platform.url}/api/auth/sign-in/email`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: "nobody@example.com", password: "a guess, and a wrong one" }),
      }),
    );
    await Promise.all(tries);
    await fillIn(page, { email: "nobody@example.com", password: "another guess" });
    const wait = page.getByRole("alert").getByText(/^Try again in/);
    expect(await wait.textContent()).toMatch(/^Try again in \d+ s\.$/);
  }, 60_000);

  test("asks for the second factor: the code of the app, or a backup code", async () => {
    const tom = await newMember(platform, owner, "Tom", "viewer");
    const { page } = await openAs(tom);
    await page.goto("/");
    await heading(page, "Home").waitFor();
    const post = (path: string, data: object) =>
      page.request.post(`/api/auth/${path}`, { data, headers: { origin: platform.url } });
    const enabled = await post("two-factor/enable", { password: tom.password });
    const { totpURI, backupCodes } = (await enabled.json()) as {
      totpURI: string;
      backupCodes: string[];
    };
    const app = OTPAuth.URI.parse(totpURI) as OTPAuth.TOTP;
    expect((await post("two-factor/verify-totp", { code: app.generate() })).ok()).toBe(true);

    const second = await openPage(browser, platform.url);
    await second.page.goto("/tools");
    await fillIn(second.page, tom);
    await heading(second.page, "One more step").waitFor();
    expect(await violationsOf(second.page)).toEqual([]);
    const code = second.page.getByRole("textbox", { name: "Code of the authenticator app" });
    await code.fill("000000");
    await second.page.keyboard.press("Enter");
    await second.page
      .getByRole("alert")
      .getByText(/newest code/)
      .waitFor();
    await code.fill(app.generate());
    await second.page.keyboard.press("Enter");
    await heading(second.page, "Tools").waitFor();

    const third = await openPage(browser, platform.url);
    await third.page.goto("/tools");
    await fillIn(third.page, tom);
    await third.page.getByRole("button", { name: "Use a backup code instead" }).click();
    await third.page.getByRole("textbox", { name: "Backup code" }).fill(String(backupCodes[0]));
    await third.page.keyboard.press("Enter");
    await heading(third.page, "Tools").waitFor();
  }, 90_000);
});

describe("an invitation", () => {
  test("makes a new account and a member of the role that it says", async () => {
    const { client } = owner;
    const made = await client.invitations.create({ email: "ben@example.com", role: "operator" });
    const { page, errors } = await openPage(browser, platform.url);
    await page.goto(made.link);
    await heading(page, "Join default").waitFor();
    await page.getByText("Olga invites ben@example.com as operator.").waitFor();
    expect(page.url()).not.toContain(tokenOf(made));
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Your name" }).fill("Ben");
    await page.getByLabel("Password", { exact: true }).fill("ben has a long one");
    await page.getByRole("button", { name: "Join" }).click();
    await heading(page, "Home").waitFor();
    await page.getByRole("button", { name: /Ben/ }).waitFor();
    expect(errors).toEqual([]);
  }, 60_000);

  test("to an address that has an account is taken by its person, once he is signed in", async () => {
    const eve = await newMember(platform, owner, "Eve", "viewer");
    const { items } = await owner.client.members.list();
    await owner.client.members.remove(String(items.find(({ name }) => name === "Eve")?.userId));
    const made = await owner.client.invitations.create({ email: eve.email, role: "operator" });
    const { page } = await openPage(browser, platform.url);
    await page.goto(made.link);
    await page.getByRole("link", { name: `Sign in as ${eve.email}` }).click();
    await fillIn(page, eve);
    await page.getByRole("button", { name: "Join as Eve" }).click();
    await heading(page, "Home").waitFor();
    await page.getByRole("button", { name: /Eve/ }).click();
    await page.getByText("operator of default").waitFor();
    const members = (await owner.client.members.list()).items;
    expect(members.find(({ email }) => email === eve.email)?.role).toBe("operator");
  }, 60_000);
});

describe("a device", () => {
  test("is confirmed by its code and then signed in; the page says what it may", async () => {
    const device = await beginDeviceSignIn({ baseUrl: platform.url });
    const { page } = await openPage(browser, platform.url);
    await page.goto(device.link.startsWith("http") ? device.link : `${platform.url}${device.link}`);
    await fillIn(page, owner);
    await heading(page, "Confirm a device").waitFor();
    await page.getByText(device.userCode).waitFor();
    await page.getByText("it may do all that you may").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Confirm" }).click();
    await heading(page, "It is signed in").waitFor();
    const { token } = await device.token();
    const me = await createClient({ baseUrl: platform.url, auth: token }).me();
    expect(me.email).toBe(owner.email);
  }, 60_000);

  test("whose code is typed can be refused, and a wrong code is told", async () => {
    const device = await beginDeviceSignIn({ baseUrl: platform.url });
    const { page } = await openAs(owner);
    await page.goto("/device");
    await page.getByRole("textbox", { name: "Code" }).fill("zzzz-zzzz");
    await page.keyboard.press("Enter");
    await page
      .getByRole("alert")
      .getByText(/flotilla login/)
      .waitFor();
    await page.goto("/device");
    await page.getByRole("textbox", { name: "Code" }).fill(device.userCode.toLowerCase());
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Refuse" }).click();
    await heading(page, "It was refused").waitFor();
    await expect(device.token()).rejects.toThrow("refused");
  }, 60_000);
});
