import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { styleNonce } from "../../data/style-nonce.ts";
import type { DraftProblem } from "./agent-draft.ts";
import styles from "./yaml-editor.module.css";

interface YamlEditorProps {
  label: string;
  text: string;
  problems: readonly DraftProblem[];
  /** The place to go to; another object goes there again. */
  goTo: { at: number } | null;
  onChange: (text: string) => void;
}

/** Changes that come from elsewhere are not told back. */
const fromOutside = Annotation.define<boolean>();

/** A definition as text, with what is wrong said at its line. Tab leaves it, as it leaves every field. */
export function YamlEditor({ label, text, problems, goTo, onChange }: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const told = useRef(onChange);
  const first = useRef({ label, text });
  useEffect(() => void (told.current = onChange), [onChange]);

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [
          extensions,
          EditorView.contentAttributes.of({ "aria-label": first.current.label }),
          EditorView.updateListener.of(({ docChanged, transactions, state }) => {
            if (!docChanged || transactions.some((one) => one.annotation(fromOutside))) return;
            told.current(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    if (view.current) takeOver(view.current, text);
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const { length } = editor.state.doc;
    const diagnostics = problems.map(({ from, to, path, message }) => ({
      from: Math.min(from, length),
      to: Math.min(Math.max(to, from), length),
      severity: "error" as const,
      message: path ? `${path}: ${message}` : message,
    }));
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [problems]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !goTo) return;
    const anchor = Math.min(goTo.at, editor.state.doc.length);
    editor.dispatch({ selection: { anchor }, scrollIntoView: true });
    editor.focus();
  }, [goTo]);

  return <div ref={host} className={styles["editor"]} />;
}

/** Only what differs is changed, so that the cursor stays where it is. */
function takeOver(editor: EditorView, text: string): void {
  const before = editor.state.doc.toString();
  if (before === text) return;
  let from = 0;
  while (from < before.length && before[from] === text[from]) from++;
  let [end, endNow] = [before.length, text.length];
  while (end > from && endNow > from && before[end - 1] === text[endNow - 1]) {
    end--;
    endNow--;
  }
  editor.dispatch({
    changes: { from, to: end, insert: text.slice(from, endNow) },
    annotations: fromOutside.of(true),
  });
}

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--dimmed)", fontStyle: "italic" },
  { tag: [tags.string, tags.content], color: "var(--mantine-color-text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--completed-text)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket], color: "var(--dimmed)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--mantine-font-family-monospace)",
    lineHeight: "1.6",
    overflow: "auto",
    // Around lines and their numbers alike: of the text alone, the numbers learn it late at times.
    padding: "10px 0",
  },
  ".cm-content": { padding: 0, caretColor: "var(--mantine-color-text)" },
  ".cm-gutters": {
    border: "none",
    backgroundColor: "transparent",
    color: "var(--dimmed)",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)",
  },
  ".cm-cursor": { borderLeftColor: "var(--mantine-color-text)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 25%, transparent) !important",
  },
  ".cm-tooltip": {
    border: "1px solid var(--line-strong)",
    borderRadius: "7px",
    backgroundColor: "var(--surface-raised)",
    color: "var(--mantine-color-text)",
  },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--failed)" },
});

const extensions: Extension = [
  EditorView.cspNonce.of(styleNonce),
  lineNumbers(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  highlightActiveLine(),
  lintGutter(),
  yaml(),
  syntaxHighlighting(highlight),
  EditorView.lineWrapping,
  keymap.of([...defaultKeymap, ...historyKeymap]),
  // What a browser itself writes over a selection has the look of that as inline styles, which no page here may have.
  EditorView.domEventHandlers({
    beforeinput(event, editor) {
      const { inputType, data } = event;
      if (inputType !== "insertText" || data === null) return false;
      if (editor.state.selection.main.empty) return false;
      event.preventDefault();
      editor.dispatch(editor.state.replaceSelection(data), { userEvent: "input.type" });
      return true;
    },
  }),
  look,
];
