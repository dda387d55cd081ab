import { expect, it } from "vitest";
import { filterParts, runFilterSchema, toQuery } from "./run-search.ts";

const noon = Date.parse("2026-03-04T12:00:30.500Z");

it("is asked of the server as the server takes it", () => {
  const filter = runFilterSchema.parse({
    ...{ status: "failed", agent: "math", version: 2, batch: "bat_1", since: "24h" },
    ...{ least: 0.5, most: 2, error: "ab12", parts: true, text: "sum", metadata: "customer=acme" },
  });
  expect(toQuery(filter, noon)).toEqual({
    ...{ status: "failed", agent: "math", version: 2, batchId: "bat_1", text: "sum", tree: "all" },
    ...{ minCostMicros: 500_000, maxCostMicros: 2_000_000, fingerprint: "ab12" },
    ...{ since: "2026-03-03T12:00:00.000Z", metadata: "customer=acme" },
  });
  expect(toQuery({ since: "2026-01-01T00:00:00Z" }, noon)).toEqual({
    since: "2026-01-01T00:00:00Z",
  });
});

it("leaves out what an address says that is none", () => {
  const filter = runFilterSchema.parse({
    status: "done",
    since: "soon",
    least: "much",
    user: "ada",
  });
  expect(filterParts(filter)).toEqual(["user"]);
});
