import { RE2JS } from "re2js";
import { requiredText } from "./required-text.ts";

export interface Query {
  text: string;
  regex: boolean;
  ignoreCase: boolean;
}

/** Looks for lines in a part of a file that consists of whole lines. */
export interface LineFinder {
  /** Calls back with the start and the end of each line that fits, in order, until that says `false`. */
  find(part: Buffer, tell: (start: number, end: number) => boolean): void;
  /** Where in a line that fits the match begins, in characters. */
  column(line: string): number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Throws a SyntaxError for a regular expression that is not one. */
export function lineFinder(query: Query): LineFinder {
  return query.regex ? regexFinder(query) : textFinder(query);
}

function textFinder({ text, ignoreCase }: Query): LineFinder {
  if (!ignoreCase) {
    const needle = Buffer.from(text);
    return {
      find: (part, tell) => eachHit(part, needle, tell, () => true),
      column: (line) => line.indexOf(text),
    };
  }
  const wanted = text.toLowerCase();
  const column = (line: string) => line.toLowerCase().indexOf(wanted);
  const isAscii = /^[\0-\x7f]*$/.test(text);
  const pattern = new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), "gi");
  return {
    column,
    find(part, tell) {
      if (!isAscii) return eachLine(part, tell, (line) => column(line) >= 0);
      // Byte for byte as characters, so that places in it are places in the part.
      const bytes = part.toString("latin1");
      pattern.lastIndex = 0;
      for (let hit = pattern.exec(bytes); hit; hit = pattern.exec(bytes)) {
        const [start, end] = lineAround(part, hit.index);
        if (!tell(start, end)) return;
        pattern.lastIndex = end + 1;
      }
    },
  };
}

/** Patterns are RE2's: their time is linear in the text, whatever the pattern. */
function regexFinder({ text, ignoreCase }: Query): LineFinder {
  const flags = ignoreCase ? RE2JS.CASE_INSENSITIVE : 0;
  const line = RE2JS.compile(text, flags);
  const whole = RE2JS.compile(text, flags | RE2JS.MULTILINE);
  const required = ignoreCase ? undefined : requiredText(text);
  // In the whole of a part these mean something else than in a line.
  const isLocal = !/\\[AzZG]|\(\?(?!:|P?<)/.test(text);
  const fits = (candidate: string) => line.test(candidate);
  const needle = required === undefined ? undefined : Buffer.from(required);
  return {
    column(candidate) {
      const matcher = line.matcher(candidate);
      return matcher.find() ? matcher.start() : 0;
    },
    find(part, tell) {
      if (needle) return eachHit(part, needle, tell, fits);
      if (isLocal && !part.includes(RETURN) && !whole.test(part)) return;
      eachLine(part, tell, fits);
    },
  };
}

type Tell = (start: number, end: number) => boolean;

/** The lines in which a text stands, and which fit. */
function eachHit(part: Buffer, needle: Buffer, tell: Tell, fits: (line: string) => boolean): void {
  for (let hit = part.indexOf(needle); hit >= 0;) {
    const [start, end] = lineAround(part, hit);
    if (fits(lineText(part, start, end)) && !tell(start, end)) return;
    hit = end < part.length ? part.indexOf(needle, end) : -1;
  }
}

function eachLine(part: Buffer, tell: Tell, fits: (line: string) => boolean): void {
  for (let start = 0; start < part.length;) {
    const newline = part.indexOf(NEWLINE, start);
    const end = newline < 0 ? part.length : newline;
    if (fits(lineText(part, start, end)) && !tell(start, end)) return;
    start = end + 1;
  }
}

function lineAround(part: Buffer, at: number): [start: number, end: number] {
  const start = at === 0 ? 0 : part.lastIndexOf(NEWLINE, at - 1) + 1;
  const end = part.indexOf(NEWLINE, at);
  return [start, end < 0 ? part.length : end];
}

/** A line without its end. */
export function lineText(part: Buffer, start: number, end: number): string {
  const last = end > start && part[end - 1] === RETURN ? end - 1 : end;
  return part.toString("utf8", start, last);
}
