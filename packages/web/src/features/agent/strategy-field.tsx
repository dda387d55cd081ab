import type { JsonObject } from "@flotilla/core";
import { Select, Stack } from "@mantine/core";
import { strategyFields, strategyKind, strategyKinds } from "./agent-schema.ts";
import { strategyWords } from "./agent-words.ts";
import { commonOf, type FieldProps } from "./field-props.ts";

/** What a strategy needs from the beginning. */
const begun: Record<string, JsonObject> = {
  reflexion: {
    checks: [{ kind: "critic", criteria: "It answers all of the question, and is right." }],
  },
};

export function StrategyField(props: FieldProps) {
  const { value, onChange, renderFields } = props;
  const kind = strategyKind(value);
  return (
    <Stack gap="sm">
      <Select
        {...commonOf(props)}
        allowDeselect={false}
        data={strategyKinds.map((one) => ({ value: one, label: strategyWords[one] ?? one }))}
        value={kind}
        onChange={(next) => {
          if (next === null || next === kind) return;
          onChange(next === "react" ? undefined : { kind: next, ...begun[next] });
        }}
      />
      {kind !== "react" && renderFields(strategyFields(kind))}
    </Stack>
  );
}
