import { FlotillaError } from "@flotilla/core";
import type { Hunk } from "./parse-patch.ts";

/** Comparisons of lines that one file's hunks may take: they are made on the event loop. */
const MAX_COMPARISONS = 3_000_000;
/** Lines of context at either end that may not fit, as in `patch`. */
const MAX_FUZZ = 2;
const SHOWN_CHARS = 120;

type Same = (a: string, b: string) => boolean;

/** From exact to tolerant; what differs in white space alone is what models get wrong first. */
const sames: readonly Same[] = [
  (a, b) => a === b,
  (a, b) => a.trimEnd() === b.trimEnd(),
  (a, b) => a.trim() === b.trim(),
];

interface Fit {
  /** Index of the first line it covers. */
  at: number;
  lines: Hunk["lines"];
  /** How far that is from where it was expected. */
  drift: number;
}

/**
 * The text with the hunks applied, each where its context fits best: at the line it names, else the nearest place; exactly,
 * else but for white space, else without up to two lines at either end of its context. Lines that stay are left as they
 * stand in the text. Throws `tool_input_invalid` for a hunk that fits nowhere, or in several places without a line.
 */
export function applyHunks(text: string, hunks: readonly Hunk[], path: string): string {
  const ending = text.includes("\r\n") && !/(?<!\r)\n/.test(text) ? "\r\n" : "\n";
  const endsBare = text !== "" && !text.endsWith("\n");
  const old = text === "" ? [] : text.split(ending);
  if (old.at(-1) === "") old.pop();
  const result: string[] = [];
  const budget = { left: MAX_COMPARISONS };
  let from = 0;
  let offset = 0;
  let bare = endsBare;
  for (const [index, hunk] of hunks.entries()) {
    const expected = hunk.line === undefined ? undefined : hunk.line - 1 + offset;
    const fit = place(old, hunk, { from, expected, budget });
    if (fit === "many" || !fit) throw misfit(path, index, hunk, fit === "many");
    offset += fit.drift;
    result.push(...old.slice(from, fit.at));
    from = fit.at;
    for (const line of fit.lines) {
      if (line.kind === "same") result.push(old[from]!);
      if (line.kind === "new") result.push(line.text);
      else from++;
    }
    if (from >= old.length && changesEnd(hunk)) bare = hunk.bare.new;
  }
  result.push(...old.slice(from));
  if (result.length === 0) return "";
  return result.join(ending) + (bare ? "" : ending);
}

/** Whether the hunk's last line is a change, so that it says how the file ends. */
function changesEnd({ lines, bare }: Hunk): boolean {
  return lines.at(-1)?.kind !== "same" || bare.old || bare.new;
}

function place(
  old: readonly string[],
  hunk: Hunk,
  where: { from: number; expected: number | undefined; budget: { left: number } },
): Fit | "many" | undefined {
  for (const fuzz of Array.from({ length: MAX_FUZZ + 1 }, (_, index) => index)) {
    const { lines, cut } = trimmed(hunk.lines, fuzz);
    if (fuzz > 0 && cut === undefined) return undefined;
    const needle = lines.filter(({ kind }) => kind !== "new").map(({ text }) => text);
    // Without context it can only be where it says.
    if (needle.length === 0) {
      if (fuzz > 0) return undefined;
      const at = where.expected === undefined ? old.length : where.expected + 1;
      return { at: Math.min(Math.max(at, where.from), old.length), lines, drift: 0 };
    }
    const expected = where.expected === undefined ? undefined : where.expected + (cut ?? 0);
    for (const same of sames) {
      const found = search(old, needle, same, { ...where, expected });
      if (found === "many") return found;
      if (found !== undefined) {
        return { at: found, lines, drift: expected === undefined ? 0 : found - expected };
      }
    }
  }
  return undefined;
}

/** Without so many lines of context at either end; `cut`: how many went at the start, none where none could. */
function trimmed(lines: Hunk["lines"], fuzz: number) {
  const leading = lines.findIndex(({ kind }) => kind !== "same");
  const trailing = lines.length - 1 - lines.findLastIndex(({ kind }) => kind !== "same");
  const [start, end] = [Math.min(fuzz, leading), Math.min(fuzz, trailing)];
  const isCut = fuzz > 0 && Math.max(start, end) === fuzz;
  return { lines: lines.slice(start, lines.length - end), cut: isCut ? start : undefined };
}

function search(
  old: readonly string[],
  needle: readonly string[],
  same: Same,
  where: { from: number; expected: number | undefined; budget: { left: number } },
): number | "many" | undefined {
  const { from, expected, budget } = where;
  const last = old.length - needle.length;
  const fits = (at: number) =>
    needle.every((line, index) => {
      if (budget.left-- <= 0) throw tooMuch();
      return same(old[at + index]!, line);
    });
  if (expected === undefined) {
    let found: number | undefined;
    for (let at = from; at <= last; at++) {
      if (!fits(at)) continue;
      if (found !== undefined) return "many";
      found = at;
    }
    return found;
  }
  const middle = Math.min(Math.max(expected, from), last);
  for (let step = 0; middle - step >= from || middle + step <= last; step++) {
    if (middle + step <= last && middle + step >= from && fits(middle + step)) return middle + step;
    if (step > 0 && middle - step >= from && middle - step <= last && fits(middle - step)) {
      return middle - step;
    }
  }
  return undefined;
}

function misfit(path: string, index: number, hunk: Hunk, isMany: boolean): FlotillaError {
  const first = hunk.lines.find(({ kind, text }) => kind !== "new" && text.trim() !== "");
  const shown = JSON.stringify((first?.text ?? "").slice(0, SHOWN_CHARS).toWellFormed());
  const which = `Nothing was changed: hunk ${index + 1} of ${path}, at ${shown},`;
  if (isMany) {
    return new FlotillaError("tool_input_invalid", `${which} fits in several places.`, {
      remedy: "Give the hunk more context, or the line that it begins at: @@ -12,3 +12,4 @@.",
    });
  }
  return new FlotillaError("tool_input_invalid", `${which} fits nowhere in the file.`, {
    remedy: "Read the file, and copy the lines around the change exactly.",
  });
}

function tooMuch(): FlotillaError {
  return new FlotillaError("tool_input_invalid", "Nothing was changed: the patch is too large.", {
    remedy: "Apply it in smaller parts, with the right line numbers.",
  });
}
