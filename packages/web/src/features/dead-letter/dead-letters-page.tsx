import { Group, SegmentedControl, Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { AgentSelect } from "../agent/agent-select.tsx";
import { causeWords } from "./cause-words.ts";
import { GroupList } from "./group-list.tsx";
import { LetterList } from "./letter-list.tsx";

const route = getRouteApi("/dead-letters");

/** What could not be completed: groups of the same error, and the letters of each. */
export function DeadLettersPage() {
  const { state = "open", cause, agent } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = (change: object) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  return (
    <>
      <PageHeader
        title="Dead letters"
        below="Runs and rows that could not be completed, with their cause and what to do."
        actions={
          <SegmentedControl
            size="xs"
            aria-label="State"
            data={[
              { value: "open", label: "Open" },
              { value: "discarded", label: "Discarded" },
            ]}
            value={state}
            onChange={(next) => filter({ state: next === "discarded" ? next : undefined })}
          />
        }
      />
      <Group gap="sm" mb="md">
        <Select
          aria-label="Cause"
          placeholder="All causes"
          classNames={{ input: "standing" }}
          size="xs"
          w={210}
          clearable
          value={cause ?? null}
          data={Object.entries(causeWords).map(([value, { title }]) => ({ value, label: title }))}
          onChange={(next) => filter({ cause: next ?? undefined })}
        />
        <AgentSelect
          aria-label="Agent"
          placeholder="All agents"
          classNames={{ input: "standing" }}
          size="xs"
          w={180}
          clearable
          value={agent ?? null}
          onChange={(next) => filter({ agent: next ?? undefined })}
        />
      </Group>
      {state === "open" ? (
        <GroupList filter={{ cause, agent }} />
      ) : (
        <LetterList label="Discarded letters" filter={{ state, cause, agent }} />
      )}
    </>
  );
}
