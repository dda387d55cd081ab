import { FlotillaError } from "@flotilla/core";

export interface Hunk {
  /** The line of the old file that it names, from 1; `undefined` where it names none. */
  line: number | undefined;
  /** What stands there, and what comes in its place. */
  lines: { kind: "same" | "old" | "new"; text: string }[];
  /** Of the old and the new side's last line: `\ No newline at end of file`. */
  bare: { old: boolean; new: boolean };
}

/** What a patch says of one file; no `from`: it is made, no `to`: it is deleted. */
export interface FilePatch {
  from: string | undefined;
  to: string | undefined;
  hunks: Hunk[];
}

const MAX_FILES = 200;
const range = /^@@+(?:\s+-(\d{1,9})(?:,(\d{1,9}))?\s+\+\d{1,9}(?:,(\d{1,9}))?\s+@@.*)?/;

/**
 * A patch in the unified format, of `diff -u` or git. Numbers of lines are only hints, as models count badly: what is in a
 * hunk counts. Throws `tool_input_invalid`, saying what is wrong in which line.
 */
export function parsePatch(text: string): FilePatch[] {
  const lines = text.replaceAll("\r\n", "\n").replace(/\n$/, "").split("\n");
  const files: FilePatch[] = [];
  let git: { from?: string | undefined; to?: string | undefined; isNew: boolean } | undefined;
  let at = 0;
  const begin = (file: FilePatch) => {
    if (files.length === MAX_FILES) throw invalid(at, `it changes more than ${MAX_FILES} files`);
    files.push(file);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    if (line.startsWith("diff --git ")) git = { isNew: true };
    else if (/^rename (from|to) /.test(line) && git) {
      const path = unquote(line.slice(line.indexOf(" ", 7) + 1));
      if (line.startsWith("rename from")) git.from = path;
      else {
        git.to = path;
        begin({ from: git.from, to: path, hunks: [] });
      }
    } else if (isFileHead(lines, at)) {
      const file = { from: sideOf(line), to: sideOf(lines[at + 1]!), hunks: [] };
      // A rename has its own lines before these.
      if (git?.to === undefined) begin(file);
      git = undefined;
      at++;
    } else if (line.startsWith("@@")) {
      const file = files.at(-1);
      if (!file) throw invalid(at, "a hunk comes before any --- and +++ lines");
      const { hunk, next } = readHunk(lines, at);
      file.hunks.push(hunk);
      at = next - 1;
    } else if (files.length > 0 && /^[-+ ]/.test(line) && files.at(-1)!.hunks.length === 0) {
      throw invalid(at, "the changes of a file must begin with a line @@");
    }
    at++;
  }
  if (files.length === 0) {
    throw invalid(0, "it has no lines --- a/file and +++ b/file");
  }
  for (const file of files) checkFile(file);
  return files;
}

function checkFile({ from, to, hunks }: FilePatch): void {
  const path = to ?? from;
  if (path === undefined) throw invalid(0, "both sides of a file are /dev/null");
  if (hunks.length === 0 && from === to) throw invalid(0, `there are no changes for ${path}`);
}

/** The lines between one `@@` and what begins after them. */
function readHunk(lines: readonly string[], start: number): { hunk: Hunk; next: number } {
  const [, line, count = "1", newCount = "1"] = range.exec(lines[start]!) ?? [];
  const told = line === undefined ? 0 : Number(count);
  const toldNew = line === undefined ? 0 : Number(newCount);
  const has = (kind: "old" | "new") =>
    hunk.lines.filter((one) => one.kind === kind || one.kind === "same").length;
  const hunk: Hunk = {
    line: line === undefined ? undefined : Number(line),
    lines: [],
    bare: { old: false, new: false },
  };
  let at = start + 1;
  for (; at < lines.length; at++) {
    const text = lines[at]!;
    // Where the numbers say that lines are missing, what looks like a head is two changed lines.
    const isHead = isFileHead(lines, at) && !(has("old") < told && has("new") < toldNew);
    if (text.startsWith("@@") || text.startsWith("diff --git ") || isHead) break;
    if (text.startsWith("\\")) {
      const { kind } = hunk.lines.at(-1) ?? { kind: "same" };
      if (kind !== "new") hunk.bare.old = true;
      if (kind !== "old") hunk.bare.new = true;
    } else if (text === "") hunk.lines.push({ kind: "same", text: "" });
    else if (text.startsWith(" ")) hunk.lines.push({ kind: "same", text: text.slice(1) });
    else if (text.startsWith("-")) hunk.lines.push({ kind: "old", text: text.slice(1) });
    else if (text.startsWith("+")) hunk.lines.push({ kind: "new", text: text.slice(1) });
    else throw invalid(at, "a line of a hunk begins with a space, + or -");
  }
  // Empty lines after the last one separate it from what follows, unless its numbers say that they belong to it.
  const isEmpty = () => hunk.lines.at(-1)?.kind === "same" && hunk.lines.at(-1)?.text === "";
  while (isEmpty() && has("old") > told) hunk.lines.pop();
  if (hunk.lines.every(({ kind }) => kind === "same")) throw invalid(start, "it changes nothing");
  return { hunk, next: at };
}

/** A removed line may begin with `-- `, so three lines tell. */
function isFileHead(lines: readonly string[], at: number): boolean {
  const [first = "", second = "", third = ""] = lines.slice(at, at + 3);
  return first.startsWith("--- ") && second.startsWith("+++ ") && third.startsWith("@@");
}

function sideOf(line: string): string | undefined {
  const path = unquote(line.slice(4).split("\t", 1)[0]!.trim());
  if (path === "/dev/null") return undefined;
  return /^[ab]\//.test(path) ? path.slice(2) : path;
}

/** Git quotes names with letters beyond ASCII, as octal bytes. */
function unquote(path: string): string {
  if (!/^".*"$/.test(path)) return path;
  const bytes = path
    .slice(1, -1)
    .replaceAll(/\\([0-7]{3}|.)/g, (_all, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
    );
  return Buffer.from(bytes, "latin1").toString();
}

function invalid(at: number, problem: string): FlotillaError {
  return new FlotillaError("tool_input_invalid", `patch: line ${at + 1}: ${problem}.`, {
    remedy:
      "Give a unified diff: lines --- a/file and +++ b/file, then @@ and lines that begin with a space, - or +.",
  });
}
