import { SegmentedControl, Textarea } from "@mantine/core";
import { AgentSelect } from "../agent/agent-select.tsx";
import type { StartDraft } from "./start-draft.ts";

interface StartFieldsProps {
  draft: StartDraft;
  errors: { agent?: string | undefined; text?: string | undefined; rows?: string | undefined };
  /** Which places stand for what in the text. */
  places: string;
  onChange: (change: Partial<StartDraft>) => void;
}

/** What it starts. */
export function StartFields({ draft, errors, places, onChange }: StartFieldsProps) {
  const isRun = draft.starts === "run";
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="What it starts"
        data={[
          { value: "run", label: "Starts a run" },
          { value: "batch", label: "Starts a batch" },
        ]}
        value={draft.starts}
        onChange={(next) => onChange({ starts: next === "batch" ? "batch" : "run" })}
      />
      <AgentSelect
        label="Agent"
        placeholder="Choose one"
        value={draft.agent}
        error={errors.agent}
        onChange={(agent) => onChange({ agent })}
      />
      <Textarea
        label={isRun ? "Input" : "Prompt of each row"}
        description={isRun ? places : `{{column}} stands for a value of the row; ${places}`}
        inputWrapperOrder={["label", "input", "description", "error"]}
        autosize
        minRows={2}
        maxRows={10}
        value={draft.text}
        error={errors.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      {!isRun && (
        <Textarea
          label="Rows"
          description="JSON, a row a line; or the id of a batch whose rows are taken, as they are then."
          inputWrapperOrder={["label", "input", "description", "error"]}
          autosize
          minRows={2}
          maxRows={10}
          classNames={{ input: "mono" }}
          placeholder='{"question": "6 * 7"}'
          value={draft.rows}
          error={errors.rows}
          onChange={(event) => onChange({ rows: event.currentTarget.value })}
        />
      )}
    </>
  );
}
