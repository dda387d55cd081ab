import type { ToolCalled } from "@flotilla/api";
import { Group, Stack } from "@mantine/core";
import { CopyId } from "../../components/copy-id.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { LabelList } from "../../components/label-list.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { KeptContent } from "./kept-content.tsx";

/** What a call came to. */
export function CallResult({ called }: { called: ToolCalled }) {
  const { output, labels, ms, kept, callId } = called;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <span className="figure" data-tone="completed" style={{ color: "var(--tone-text)" }}>
          answered in {formatDuration(ms)}
        </span>
        <LabelList labels={labels} />
        <CopyId id={callId} />
      </Group>
      {typeof output === "string" ? (
        <PlainText label="Output" text={output} />
      ) : (
        <JsonView value={output} />
      )}
      {kept.map((content) => (
        <KeptContent key={content.id} content={content} />
      ))}
    </Stack>
  );
}
