import { Select, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { agentsQuery } from "./agent-queries.ts";

/** Chooses an agent by name. */
export function AgentSelect(props: Omit<SelectProps, "data">) {
  const { data, isPending } = useQuery(agentsQuery);
  const names = (data?.items ?? []).map((agent) => agent.name);
  const hint = isPending ? "Loading…" : "Apply one first: flotilla agent apply -f agent.yaml";
  return <Select searchable nothingFoundMessage={hint} {...props} data={names} />;
}
