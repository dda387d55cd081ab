import { modelNameSchema } from "@flotilla/core";
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { agentQuery } from "../agent/agent-queries.ts";
import { modelsQuery } from "../model/model-queries.ts";

interface ModelSelectProps {
  /** Whose own model is the default. */
  agent: string | null;
  value: string | null;
  onChange: (model: string | null) => void;
  label?: string;
}

/** Another model for the next answer; nothing chosen: the agent's own. */
export function ModelSelect({
  agent,
  value,
  onChange,
  label = "Model of the next answer",
}: ModelSelectProps) {
  const models = useQuery({ ...modelsQuery, refetchInterval: false });
  const own = useOwnModel(agent);
  const [typed, setTyped] = useState("");
  const ready = (models.data?.items ?? []).filter((one) => one.ready).map(({ model }) => model);
  // A provider may have more models than were ever asked.
  const more = [value ?? "", typed].filter((name) => modelNameSchema.safeParse(name).success);
  const data = [...new Set([...ready, ...more])];
  return (
    <Select
      size="xs"
      w={210}
      aria-label={label}
      placeholder={own ?? "Its own model"}
      classNames={{ input: "standing" }}
      searchable
      clearable
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage="Name it as provider/model."
      value={value}
      onChange={onChange}
      data={data}
    />
  );
}

/** The model that an agent says itself. */
export function useOwnModel(agent: string | null): string | undefined {
  const { data } = useQuery({
    ...agentQuery(agent ?? ""),
    enabled: agent !== null,
    staleTime: 10_000,
  });
  return data?.spec.model;
}
