import type { Page } from "playwright-core";
import type { WebPlace } from "./web-place.ts";

/** A dialog, a menu or a form that stands over its page, or in it, once somebody asks for it. */
interface WebDialog {
  name: string;
  route: string;
  path?: WebPlace["path"];
  act?: WebPlace["act"];
}

const button = (name: string | RegExp) => (page: Page) =>
  page.getByRole("button", { name }).first().click();

/** Presses it, and waits for the dialog. */
const opening = (name: string | RegExp) => async (page: Page) => {
  await button(name)(page);
  await page.getByRole("dialog").first().waitFor();
};

const approvals = () => "/inbox?kind=approval";
const rows = "name,amount,due\nAlder,120,2026-11-30\nBirch,75,2026-12-04\nCedar,310,2026-12-11\n";

async function dropRows(page: Page): Promise<void> {
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "invoices.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
  await page.getByText("invoices.csv").waitFor();
}

/** What the main dialogs are for: the places that only an act shows. */
export const webDialogs: readonly WebDialog[] = [
  { name: "news", route: "/", act: opening(/^News/) },
  { name: "account-menu", route: "/", act: opening(/^Olga/) },
  {
    name: "palette",
    route: "/",
    async act(page) {
      await page.keyboard.press("Control+k");
      await page.getByPlaceholder("Go to a page").fill("refund");
    },
  },
  {
    name: "shortcuts",
    route: "/",
    async act(page) {
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "run-start", route: "/runs", path: () => "/runs?start=refund-desk" },
  { name: "inbox-edit", route: "/inbox", path: approvals, act: button("Edit") },
  { name: "inbox-reject", route: "/inbox", path: approvals, act: button("Reject") },
  { name: "batch-mapping", route: "/batches/new", act: dropRows },
  {
    name: "batch-cancel",
    route: "/batches/$batchId",
    path: ({ runningBatch }) => `/batches/${runningBatch}`,
    act: opening(/^Cancel$/),
  },
  {
    name: "batch-change",
    route: "/batches/$batchId",
    path: ({ runningBatch }) => `/batches/${runningBatch}`,
    act: opening("Settings"),
  },
  { name: "schedule-new", route: "/schedules", act: opening("New schedule") },
  { name: "budget-new", route: "/costs", act: opening("Set a budget") },
  { name: "mcp-server-new", route: "/mcp-servers", act: opening("Add a server") },
  { name: "dead-letters-replay", route: "/dead-letters", act: opening(/^Replay all/) },
  setting("keys", "New key"),
  setting("providers", /^Set a key for/),
  setting("connections", /^New connection|^Add/),
  setting("members", /^Invite/),
];

function setting(section: string, name: string | RegExp): WebDialog {
  return {
    name: `settings-${section}-new`,
    route: "/settings/$section",
    path: () => `/settings/${section}`,
    act: opening(name),
  };
}
