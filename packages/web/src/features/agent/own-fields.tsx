import { MultiSelect, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ComponentType } from "react";
import { agentsQuery } from "./agent-queries.ts";
import { isObject } from "./agent-schema.ts";
import { cacheChoice, cacheWords } from "./agent-words.ts";
import { ModelField } from "./model-field.tsx";
import { commonOf, textsOf, type FieldProps } from "./field-props.ts";
import { StrategyField } from "./strategy-field.tsx";
import { ToolsField } from "./tools-field.tsx";

/** The fields that show more than their kind says, by their place in a spec. */
export const ownFields: Readonly<Record<string, ComponentType<FieldProps>>> = {
  model: ModelField,
  "context.model": ModelField,
  "strategy.plannerModel": ModelField,
  "strategy.criticModel": ModelField,
  tools: ToolsField,
  strategy: StrategyField,
  cache: CacheField,
  "team.workers": AgentsField,
  "team.handoffs": AgentsField,
};

/** Other agents, by name. */
function AgentsField(props: FieldProps) {
  const { value, onChange } = props;
  const { data } = useQuery(agentsQuery);
  const chosen = textsOf(value);
  const names = new Set([...(data?.items.map(({ name }) => name) ?? []), ...chosen]);
  return (
    <MultiSelect
      {...commonOf(props)}
      searchable
      data={[...names]}
      value={chosen}
      nothingFoundMessage="There is no such agent."
      onChange={(next) => onChange(next.length > 0 ? next : undefined)}
    />
  );
}

function CacheField(props: FieldProps) {
  const { value, onChange } = props;
  const settings = isObject(value) ? value : {};
  const { anyTemperature: _any, mode: _mode, ...rest } = settings;
  return (
    <Select
      {...commonOf(props)}
      allowDeselect={false}
      data={Object.entries(cacheWords).map(([choice, label]) => ({ value: choice, label }))}
      value={cacheChoice(value)}
      onChange={(next) => {
        if (next === "off") onChange(undefined);
        else onChange({ mode: "exact", ...rest, ...(next === "any" && { anyTemperature: true }) });
      }}
    />
  );
}
