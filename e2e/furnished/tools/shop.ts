import { setTimeout as sleep } from "node:timers/promises";
import { FlotillaError } from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

const customers = ["Harbour Bakery", "Old Mill Dairy", "North Quay Books", "Lark & Finch"];

export const orderLookup = defineTool({
  name: "order_lookup",
  description:
    "Looks an order of the shop up by its number: who ordered, what was paid, and when it was sent.",
  input: z.strictObject({ order: z.string().min(1).max(20).describe("such as 8841") }),
  output: z.strictObject({
    order: z.string(),
    customer: z.string(),
    paidEur: z.number(),
    payments: z.int(),
    sent: z.string(),
  }),
  risk: "read",
  reach: "own",
  emits: ["private"],
  recovery: "idempotent",
  timeoutMs: 10_000,
  maxAttempts: 3,
  async call({ order }, { signal }) {
    const number = Number(order.replace(/\D/g, "")) || 0;
    await sleep(40 + (number % 5) * 60, undefined, { signal });
    const customer = customers[number % customers.length] as string;
    const paidEur = 20 + (number % 480) + 0.5;
    return { order, customer, paidEur, payments: 1 + (number % 2), sent: "2026-11-19" };
  },
});

export const refundPayment = defineTool({
  name: "refund_payment",
  description: "Sends a payment back to the customer. It cannot be taken back.",
  input: z.strictObject({
    order: z.string().min(1).max(20),
    amountEur: z.number().positive(),
    reason: z.string().min(1).max(500),
  }),
  output: z.strictObject({ refund: z.string() }),
  risk: "outbound",
  reach: "own",
  recovery: "idempotent",
  timeoutMs: 10_000,
  maxAttempts: 3,
  call: ({ order }) => ({ refund: `R-${order}` }),
});

/** Its server is away, so that there are runs that cannot go on. */
export const feedImport = defineTool({
  name: "feed_import",
  description: "Fetches the stock list of a supplier.",
  input: z.strictObject({ supplier: z.string().min(1).max(100) }),
  output: z.strictObject({ items: z.int() }),
  risk: "read",
  reach: "own",
  recovery: "idempotent",
  timeoutMs: 5_000,
  maxAttempts: 2,
  call({ supplier }) {
    throw new FlotillaError("tool_failed", `${supplier} answered 503: down for maintenance.`, {
      transient: true,
    });
  },
});

/** Nobody can ask the courier's desk what it has booked, and it takes long. */
export const bookCourier = defineTool({
  name: "book_courier",
  description: "Books a courier for a parcel.",
  input: z.strictObject({ parcel: z.string().min(1), to: z.string().min(1) }),
  output: z.strictObject({ booked: z.string() }),
  risk: "outbound",
  reach: "own",
  recovery: "unknown",
  timeoutMs: 3_600_000,
  maxAttempts: 1,
  async call({ parcel, to }, { signal }) {
    await sleep(3_500_000, undefined, { signal });
    return { booked: `${parcel} to ${to}` };
  },
});
