/** What is started, as a form holds it: everything may be empty or wrong. */
export interface StartDraft {
  starts: "run" | "batch";
  agent: string | null;
  /** What the run is asked, or the prompt of each row. */
  text: string;
  /** JSON, a row a line; or the id of a batch. */
  rows: string;
}

interface Template {
  kind: "run" | "batch";
  agent: string;
  input?: { text: string };
  template?: string;
  rows?: object[] | undefined;
  rowsOf?: string | undefined;
}

export function startDraftOf(start: Template): StartDraft {
  const { kind, agent, input, template, rows = [], rowsOf } = start;
  return {
    starts: kind,
    agent,
    text: input?.text ?? template ?? "",
    rows: rowsOf ?? rows.map((row) => JSON.stringify(row)).join("\n"),
  };
}

/**
 * The template that a draft means, not yet checked; or why its rows are none.
 *
 * @param before what it was: what the form does not show stays
 */
export function templateOf(
  { starts, agent, text, rows }: StartDraft,
  before?: Template,
): { start: object } | { error: string } {
  const read = readRows(rows);
  if (starts === "batch" && "error" in read) return read;
  const { rows: _rows, rowsOf: _rowsOf, ...kept } = before?.kind === starts ? before : {};
  const common = { ...kept, kind: starts, agent: agent ?? "" };
  return {
    start:
      starts === "run" ? { ...common, input: { text } } : { ...common, template: text, ...read },
  };
}

function readRows(written: string): { error: string } | { rows?: object[]; rowsOf?: string } {
  const text = written.trim();
  if (text === "") return {};
  if (/^bat_\w+$/.test(text)) return { rowsOf: text };
  const found: object[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    try {
      found.push(JSON.parse(line) as object);
    } catch {
      return { error: `Line ${index + 1} is no JSON: write {"column": "value"}, a row a line` };
    }
  }
  return { rows: found };
}
