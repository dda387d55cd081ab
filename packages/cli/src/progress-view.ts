import type { BatchProgress } from "@flotilla/core";
import progressBars from "cli-progress";
import { progressText, rowsDone } from "./render/batch.ts";
import { cut } from "./render/table.ts";
import type { Terminal } from "./terminal.ts";

/** Shows a batch's figures as they change, on stderr; as JSON lines on stdout with --json. */
export interface ProgressView {
  show(progress: BatchProgress): void;
  /** The connection to the server is lost (true) or found again. */
  connection(lost: boolean): void;
  /** Leaves the last figures where they are and gives the terminal back. */
  end(): void;
}

/** Without a terminal a line every few seconds; no line says nothing new. */
const lineEveryMs = 5_000;

export function openProgressView(terminal: Terminal, now: () => number = Date.now): ProgressView {
  if (terminal.json) return jsonView(terminal);
  return terminal.liveNotes ? barView() : lineView(terminal, now);
}

function jsonView(terminal: Terminal): ProgressView {
  return {
    show: (progress) => terminal.document({ type: "progress", progress }),
    connection: (lost) => terminal.note(connectionText(lost)),
    end: () => undefined,
  };
}

function lineView(terminal: Terminal, now: () => number): ProgressView {
  let saidAt = Number.NEGATIVE_INFINITY;
  let said = "";
  let latest = "";
  const say = () => {
    if (latest === said) return;
    said = latest;
    saidAt = now();
    terminal.note(latest);
  };
  return {
    show(progress) {
      latest = `${percent(progress)}% ${progressText(progress)}`;
      if (now() - saidAt >= lineEveryMs) say();
    },
    connection: (lost) => terminal.note(connectionText(lost)),
    end: say,
  };
}

function barView(): ProgressView {
  const stream = process.stderr;
  let lost = false;
  const bar = new progressBars.SingleBar(
    {
      stream,
      format: (options, { progress }, figures: { text?: string }) => {
        const text = lost ? connectionText(true) : (figures.text ?? "");
        return barLine(progress, text, stream.columns, (size) =>
          progressBars.Format.BarFormat(progress, { ...options, barsize: size }),
        );
      },
      hideCursor: true,
      forceRedraw: true,
      emptyOnZero: true,
    },
    progressBars.Presets.shades_classic,
  );
  return {
    show(progress) {
      const done = rowsDone(progress.counts);
      const figures = { text: progressText(progress) };
      if (!bar.isActive) bar.start(progress.rows, done, figures);
      bar.setTotal(progress.rows);
      bar.update(done, figures);
    },
    connection(isLost) {
      lost = isLost;
    },
    end: () => bar.stop(),
  };
}

/** The bar gives way to the figures; both fit in one line of the terminal. */
export function barLine(
  progress: number,
  text: string,
  columns: number,
  drawBar: (size: number) => string,
): string {
  const head = ` ${String(Math.floor(progress * 100)).padStart(3)}% `;
  const size = Math.min(40, columns - head.length - text.length - 1);
  const bar = size >= 8 ? drawBar(size) : "";
  return cut(`${bar}${head}${text}`, columns - 1);
}

function percent({ counts, rows }: BatchProgress): number {
  return rows === 0 ? 0 : Math.floor((100 * rowsDone(counts)) / rows);
}

function connectionText(lost: boolean): string {
  return lost ? "Connection lost; trying again…" : "Connected again.";
}
