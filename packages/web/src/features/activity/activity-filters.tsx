import { permissions } from "@flotilla/core";
import { Autocomplete, Group, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMay } from "../../data/me.ts";
import { agentsQuery } from "../agent/agent-queries.ts";
import { ActorSelect } from "./actor-select.tsx";

const route = getRouteApi("/activity");

/** What is shown of the activity; names are offered, and anything else can be typed. The address keeps it. */
export function ActivityFilters() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const agents = useQuery({ ...agentsQuery, enabled: may("agents.read") }).data?.items ?? [];
  const change = (part: Partial<typeof filter>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  return (
    <Group gap="sm" mb="md">
      <SegmentedControl
        size="xs"
        aria-label="Outcome"
        data={[
          { value: "all", label: "All" },
          { value: "allowed", label: "Allowed" },
          { value: "refused", label: "Refused" },
          { value: "failed", label: "Failed" },
        ]}
        value={filter.outcome ?? "all"}
        onChange={(next) => change({ outcome: next === "all" ? undefined : next })}
      />
      <ActorSelect value={filter.actor} onChange={(actor) => change({ actor })} />
      <Autocomplete
        size="xs"
        w={180}
        aria-label="Action"
        placeholder="Every action"
        classNames={{ input: "standing" }}
        clearable
        data={[...permissions]}
        value={filter.action ?? ""}
        onChange={(action) => change({ action: action || undefined })}
      />
      <Autocomplete
        size="xs"
        w={200}
        aria-label="On"
        placeholder="On anything, as agents/name"
        clearable
        data={agents.map(({ name }) => `agents/${name}`)}
        value={filter.resource ?? ""}
        onChange={(resource) => change({ resource: resource || undefined })}
      />
    </Group>
  );
}
