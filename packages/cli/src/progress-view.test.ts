import { describe, expect, test } from "vitest";
import { batchOf } from "../test/batch-fixture.ts";
import { captureTerminal } from "../test/capture-terminal.ts";
import { barLine, openProgressView } from "./progress-view.ts";

const drawBar = (size: number) => "#".repeat(size);

describe("the progress bar", () => {
  test("takes what the figures leave of the line", () => {
    const line = barLine(0.456, "456/1,000 rows", 60, drawBar);
    expect(line).toBe(`${"#".repeat(39)}  45% 456/1,000 rows`);
    expect(line.length).toBeLessThan(60);
  });

  test("gives way to the figures where there is no room, and cuts them at last", () => {
    expect(barLine(1, "1,000/1,000 rows", 24, drawBar)).toBe(" 100% 1,000/1,000 rows");
    expect(barLine(1, "1,000/1,000 rows", 12, drawBar)).toBe(" 100% 1,00…");
  });
});

describe("progress without a terminal", () => {
  test("is a line every few seconds, and a last one at the end", () => {
    let now = 0;
    const terminal = captureTerminal();
    const view = openProgressView(terminal, () => now);
    const figures = { tokensPerSecond: null, etaSeconds: null };
    for (now = 0; now < 12_000; now += 500) {
      view.show(batchOf({ completed: now / 500, running: 100 - now / 500 }, figures));
    }
    view.end();
    expect(terminal.stderr.split("\n")).toEqual([
      "0% 0/100 rows · 100 running · $0.0123",
      "10% 10/100 rows · 90 running · $0.0123",
      "20% 20/100 rows · 80 running · $0.0123",
      "23% 23/100 rows · 77 running · $0.0123",
      "",
    ]);
    expect(terminal.stdout).toBe("");
  });

  test("is a JSON line for each change with --json", () => {
    const terminal = captureTerminal({ json: true });
    const view = openProgressView(terminal);
    const progress = batchOf({ completed: 1, running: 1 });
    view.show(progress);
    view.connection(true);
    view.end();
    expect(JSON.parse(terminal.stdout)).toEqual({ type: "progress", progress });
    expect(terminal.stderr).toContain("Connection lost");
  });
});
