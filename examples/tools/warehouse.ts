import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FlotillaError } from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

/** Stands in for a warehouse's system. Replace the two functions below with calls to yours. */
const delivered: Readonly<Record<string, number>> = { lantern: 40, rope: 12, anchor: 2, sail: 6 };
const reservations = join(process.env.FLOTILLA_HOME ?? ".flotilla", "reservations.jsonl");

interface Reservation {
  key: string;
  item: string;
  quantity: number;
}

async function readReservations(): Promise<Reservation[]> {
  const text = await readFile(reservations, "utf8").catch(() => "");
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Reservation);
}

async function addReservation(reservation: Reservation): Promise<void> {
  await appendFile(reservations, `${JSON.stringify(reservation)}\n`);
}

/** Throws `tool_input_invalid` for an item the warehouse does not have: the model is told. */
async function inStock(item: string): Promise<number> {
  const total = delivered[item];
  if (total === undefined) {
    const items = Object.keys(delivered).join(", ");
    throw new FlotillaError("tool_input_invalid", `There is no item "${item}"; ask for ${items}.`);
  }
  const taken = (await readReservations()).filter((reservation) => reservation.item === item);
  return total - taken.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** It changes nothing, so after a crash it may simply run again. */
export const stockLevel = defineTool({
  name: "stock_level",
  description: "How many pieces of an item can still be reserved.",
  input: z.strictObject({ item: z.string() }),
  output: z.strictObject({ pieces: z.int() }),
  recovery: "idempotent",
  timeoutMs: 5_000,
  maxAttempts: 3,
  async call({ item }) {
    return { pieces: await inStock(item) };
  },
});

/** Twice would be wrong, but the warehouse can be asked: after a crash, `reconcile` asks it. */
export const reserveStock = defineTool({
  name: "reserve_stock",
  description: "Reserves pieces of an item.",
  input: z.strictObject({ item: z.string(), quantity: z.int().positive() }),
  output: z.strictObject({ reserved: z.int() }),
  recovery: "reconcile",
  timeoutMs: 5_000,
  maxAttempts: 1,
  async call({ item, quantity }, { idempotencyKey }) {
    const pieces = await inStock(item);
    if (pieces < quantity) {
      throw new FlotillaError("tool_failed", `Only ${pieces} pieces of ${item} are left.`);
    }
    await addReservation({ key: idempotencyKey, item, quantity });
    return { reserved: quantity };
  },
  async reconcile(_input, { idempotencyKey }) {
    const made = (await readReservations()).find(({ key }) => key === idempotencyKey);
    return made && { output: { reserved: made.quantity } };
  },
});
