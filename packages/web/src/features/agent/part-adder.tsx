import { Group, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { modelsQuery, routesQuery } from "../model/model-queries.ts";
import { toolsQuery } from "../tool/tool-queries.ts";
import type { AgentPicture, ListedKind } from "./agent-parts.ts";
import { agentsQuery } from "./agent-queries.ts";

interface PartAdderProps {
  picture: AgentPicture;
  onAdd: (kind: ListedKind, name: string) => void;
  onModel: (model: string) => void;
}

/** Adds parts by picking them. */
export function PartAdder({ picture, onAdd, onModel }: PartAdderProps) {
  const { data: tools } = useQuery(toolsQuery);
  const { data: agents } = useQuery(agentsQuery);
  const { data: routes } = useQuery(routesQuery);
  const { data: models } = useQuery(modelsQuery);
  const there = new Set(picture.parts.map(({ id }) => id));
  const left = (kind: ListedKind, names: string[] = []) =>
    names.filter((name) => !there.has(`${kind}:${name}`));
  const agentNames = agents?.items.map(({ name }) => name);
  const pickers = [
    [
      "Add a tool",
      left(
        "tool",
        tools?.items.map(({ name }) => name),
      ),
      "tool",
    ],
    ["Add a worker", left("worker", agentNames), "worker"],
    ["Add a handoff", left("handoff", agentNames), "handoff"],
  ] as const;
  const ready = models?.items.filter((one) => one.ready).map(({ model }) => model) ?? [];
  const named = [...(routes?.items.map(({ name }) => `route/${name}`) ?? []), ...ready];
  return (
    <Group gap="xs">
      {pickers.map(([label, names, kind]) => (
        <Picker key={kind} label={label} names={names} onPick={(name) => onAdd(kind, name)} />
      ))}
      <Picker label="Route or model" names={[...new Set(named)]} onPick={onModel} />
    </Group>
  );
}

interface PickerProps {
  label: string;
  names: string[];
  onPick: (name: string) => void;
}

function Picker({ label, names, onPick }: PickerProps) {
  return (
    <Select
      size="xs"
      w={134}
      searchable
      aria-label={label}
      placeholder={label}
      nothingFoundMessage="There is none of that name."
      data={names}
      limit={80}
      value={null}
      comboboxProps={{ width: 260, position: "bottom-start" }}
      onChange={(name) => name !== null && onPick(name)}
    />
  );
}
