import { interruptKinds } from "@flotilla/core";
import { Group, SegmentedControl, Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { AgentSelect } from "../agent/agent-select.tsx";
import { kindWords } from "../interrupt/kind-words.ts";

const route = getRouteApi("/inbox");

/** Chooses what of the inbox is shown; the address keeps it. */
export function InboxFilters() {
  const { kind, agent, mine, state } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = (change: object) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  return (
    <Group gap="xs">
      <Select
        size="xs"
        w={140}
        aria-label="Kind"
        placeholder="All kinds"
        classNames={{ input: "standing" }}
        clearable
        value={kind ?? null}
        onChange={(next) => filter({ kind: next ?? undefined })}
        data={interruptKinds.map((value) => ({ value, label: kindWords[value] }))}
      />
      <AgentSelect
        size="xs"
        w={160}
        aria-label="Agent"
        placeholder="All agents"
        classNames={{ input: "standing" }}
        clearable
        value={agent ?? null}
        onChange={(next) => filter({ agent: next ?? undefined })}
      />
      <SegmentedControl
        size="xs"
        aria-label="Whom it is for"
        value={mine ? "mine" : "all"}
        onChange={(next) => filter({ mine: next === "mine" || undefined })}
        data={[
          { value: "all", label: "Everybody’s" },
          { value: "mine", label: "Mine" },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label="State"
        value={state ?? "open"}
        onChange={(next) => filter({ state: next === "open" ? undefined : next, item: undefined })}
        data={[
          { value: "open", label: "Open" },
          { value: "answered", label: "Answered" },
          { value: "expired", label: "Expired" },
        ]}
      />
    </Group>
  );
}
