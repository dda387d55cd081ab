import type pg from "pg";

export interface FloorEvent {
  runId: string;
  seq: number;
  type: string;
  data: unknown;
}

const insert =
  "INSERT INTO event (run_id, seq, type, data) " +
  "SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::json[])";

/**
 * A writer on one connection: what comes in while a statement is under way goes into the next one.
 * The returned function resolves once the event is committed.
 */
export async function openGroupCommit(
  client: pg.Client,
): Promise<(event: FloorEvent) => Promise<void>> {
  await client.query(
    "CREATE TABLE event (run_id text, seq int, type text, data json, PRIMARY KEY (run_id, seq))",
  );
  let waiting: { event: FloorEvent; settle: (error?: Error) => void }[] = [];
  let writing = false;

  async function write(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const error = await insertAll(group.map(({ event }) => event)).catch((thrown) => thrown);
      for (const { settle } of group) settle(error);
    }
    writing = false;
  }

  async function insertAll(events: FloorEvent[]): Promise<undefined> {
    const values = [
      events.map((event) => event.runId),
      events.map((event) => event.seq),
      events.map((event) => event.type),
      events.map((event) => JSON.stringify(event.data)),
    ];
    await client.query({ name: "insert-events", text: insert, values });
  }

  return (event) =>
    new Promise((resolve, reject) => {
      waiting.push({ event, settle: (error) => (error ? reject(error) : resolve()) });
      if (!writing) void write();
    });
}
