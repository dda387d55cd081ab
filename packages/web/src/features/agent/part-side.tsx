import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RiskBadge } from "../tool/tool-badges.tsx";
import { toolsQuery } from "../tool/tool-queries.ts";
import { reachWords, riskWords } from "../tool/tool-words.ts";
import type { AgentPart } from "./agent-parts.ts";
import { agentsQuery } from "./agent-queries.ts";
import { fieldsAt, type SpecPath } from "./agent-schema.ts";
import { kindWords, PartIcon } from "./part-words.tsx";
import { SpecFields } from "./spec-fields.tsx";
import type { DraftEdit } from "./use-agent-draft.ts";
import detail from "../plan/plan-step-detail.module.css";

/** What of a definition belongs to each kind of part. */
const fieldPaths: Record<AgentPart["kind"], SpecPath[]> = {
  agent: [["name"], ["description"], ["instructions"], ["strategy"], ["limits"]],
  model: [["model"], ["settings"], ["cache"]],
  target: [],
  tool: [],
  worker: [
    ["team", "maxDepth"],
    ["team", "maxChildren"],
  ],
  handoff: [["team", "handoffs"]],
  approvals: [["approvals"], ["interrupts"]],
  rule: [],
};

interface PartSideProps {
  part: AgentPart | undefined;
  edit: DraftEdit;
  isAsked: boolean;
  onAsk: (asks: boolean) => void;
  onRemove: () => void;
}

/** The fields of the part that is chosen. */
export function PartSide({ part, edit, isAsked, onAsk, onRemove }: PartSideProps) {
  if (!part) {
    return (
      <Text size="sm" c="dimmed" p="md">
        Choose a part to see and change what is said of it. Add others above.
      </Text>
    );
  }
  const fields = fieldPaths[part.kind].flatMap(fieldsAt);
  return (
    <section className={detail["detail"]} aria-label={`${kindWords[part.kind]} ${part.name}`}>
      <header className={detail["head"]}>
        <PartIcon kind={part.kind} />
        <h2 className={detail["title"]}>{part.name}</h2>
        <Text size="xs" c="dimmed" ml="auto">
          {kindWords[part.kind]}
        </Text>
      </header>
      {part.kind === "tool" && <ToolWords name={part.name} isAsked={isAsked} onAsk={onAsk} />}
      {(part.kind === "worker" || part.kind === "handoff") && <AgentWords name={part.name} />}
      {part.kind === "target" && (
        <Text size="sm">
          The route asks it. Routes are configured for the whole platform:{" "}
          <Link to="/models" search={{ view: "routes" }}>
            look at the routes
          </Link>
          .
        </Text>
      )}
      {part.kind === "rule" && (
        <Text size="sm">
          {part.about && `${part.about}. `}It holds for the whole organisation, whatever the agent
          says: <Link to="/policies">look at the policies</Link>.
        </Text>
      )}
      {fields.length > 0 && <SpecFields fields={fields} edit={edit} />}
      {part.canRemove && (
        <Group>
          <Button variant="default" onClick={onRemove}>
            Remove {part.name}
          </Button>
        </Group>
      )}
    </section>
  );
}

interface ToolWordsProps {
  name: string;
  isAsked: boolean;
  onAsk: (asks: boolean) => void;
}

function ToolWords({ name, isAsked, onAsk }: ToolWordsProps) {
  const { data } = useQuery(toolsQuery);
  const tool = data?.items.find((one) => one.name === name);
  return (
    <Stack gap="xs">
      {tool && (
        <>
          <Text size="sm">{tool.description}</Text>
          <Text size="sm" c="dimmed">
            <RiskBadge risk={tool.risk} />. {riskWords[tool.risk]} {reachWords[tool.reach]}
          </Text>
        </>
      )}
      <Checkbox
        label="A person is asked before its calls"
        checked={isAsked}
        onChange={(event) => onAsk(event.currentTarget.checked)}
      />
      <Link to="/tools/$name" params={{ name }}>
        Its documentation
      </Link>
    </Stack>
  );
}

function AgentWords({ name }: { name: string }) {
  const { data } = useQuery(agentsQuery);
  const agent = data?.items.find((one) => one.name === name);
  return (
    <Stack gap="xs">
      {agent && <Text size="sm">{agent.spec.description || "It has no description."}</Text>}
      <Link to="/agents/$name" params={{ name }}>
        Look at {name}
      </Link>
    </Stack>
  );
}
