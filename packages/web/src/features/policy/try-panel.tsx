import type { ToolVerdict } from "@flotilla/api";
import {
  environments,
  environmentSchema,
  roles,
  roleSchema,
  type Environment,
  type Json,
  type Label,
  type Role,
} from "@flotilla/core";
import {
  Button,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Table,
  TagsInput,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { environmentWords } from "../../app/environment-words.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonField } from "../../components/json-field.tsx";
import { Line, Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { AgentSelect } from "../agent/agent-select.tsx";
import { ToolSelect } from "../tool/tool-select.tsx";
import { EffectBadge } from "./effect-badge.tsx";

interface Sketch {
  tool: string;
  input: Json;
  agent: string | null;
  environment: Environment;
  role: Role | null;
  labels: Label[];
  at: string;
  spentUsd: number;
}

const noSketch: Sketch = {
  tool: "",
  input: {},
  agent: null,
  environment: "prod",
  role: null,
  labels: [],
  at: "",
  spentUsd: 0,
};

/** What would become of a call? Asked without calling anything. */
export function TryPanel() {
  const [sketch, setSketch] = useState(noSketch);
  const ask = useMutation({ mutationFn: () => decide(sketch) });
  return (
    <Section title="What would become of a call?" aside="asked without calling anything">
      <Line>
        <form
          style={{ flex: 1, minWidth: 0 }}
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate();
          }}
        >
          <Stack gap="sm" py={6}>
            <CallFields sketch={sketch} onChange={setSketch} />
            <RunFields sketch={sketch} onChange={setSketch} />
            <Group>
              <Button type="submit" disabled={sketch.tool === ""} loading={ask.isPending}>
                Ask
              </Button>
            </Group>
            {ask.error && <ErrorPanel error={ask.error} />}
            <div role="status" className="contents">
              {ask.data && <Verdict verdict={ask.data} />}
            </div>
          </Stack>
        </form>
      </Line>
    </Section>
  );
}

function decide({ agent, role, at, ...sketch }: Sketch): Promise<ToolVerdict> {
  return client.toolRules.decide({
    ...sketch,
    ...(agent && { agent }),
    ...(role && { role }),
    ...(at.trim() && { at: at.trim() }),
  });
}

interface SketchProps {
  sketch: Sketch;
  onChange: (sketch: Sketch) => void;
}

function CallFields({ sketch, onChange }: SketchProps) {
  return (
    <>
      <ToolSelect value={sketch.tool} onChange={(tool) => onChange({ ...sketch, tool })} />
      <JsonField
        label="Input"
        value={sketch.input}
        onChange={(input) => onChange({ ...sketch, input })}
      />
    </>
  );
}

/** The run that would make it. */
function RunFields({ sketch, onChange }: SketchProps) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md" verticalSpacing="sm">
        <AgentSelect
          label="Agent"
          placeholder="Any agent"
          classNames={{ input: "standing" }}
          clearable
          value={sketch.agent}
          onChange={(agent) => onChange({ ...sketch, agent })}
        />
        <Select
          label="Environment"
          allowDeselect={false}
          data={environments.map((value) => ({ value, label: environmentWords[value] }))}
          value={sketch.environment}
          onChange={(next) =>
            onChange({ ...sketch, environment: environmentSchema.parse(next ?? "prod") })
          }
        />
        <Select
          label="Started by"
          placeholder="The platform itself"
          classNames={{ input: "standing" }}
          clearable
          data={[...roles]}
          value={sketch.role}
          onChange={(next) => onChange({ ...sketch, role: next ? roleSchema.parse(next) : null })}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md" verticalSpacing="sm">
        <TagsInput
          label="The run has read"
          placeholder="web, mail, private"
          value={sketch.labels}
          onChange={(labels) => onChange({ ...sketch, labels })}
        />
        <TextInput
          label="Time of the call"
          placeholder="Now, or 2026-10-25T01:30:00Z"
          value={sketch.at}
          onChange={({ currentTarget: { value } }) => onChange({ ...sketch, at: value })}
        />
        <NumberInput
          label="The run has spent"
          prefix="$"
          min={0}
          value={sketch.spentUsd}
          onChange={(next) => onChange({ ...sketch, spentUsd: Number(next) || 0 })}
        />
      </SimpleGrid>
    </>
  );
}

const outcomes = {
  decides: "decides",
  later: "comes later",
  does_not_hold: "does not hold",
} as const;

function Verdict({ verdict: { effect, reason, version, trace } }: { verdict: ToolVerdict }) {
  return (
    <Stack gap="xs">
      <Text size="sm">
        <EffectBadge effect={effect} />: {reason}{" "}
        <span className="dimmed">(rules version {version})</span>
      </Text>
      {trace.length > 0 && (
        <Table fz="sm" aria-label="Rules about the tool, the most specific first">
          <Table.Thead>
            <Table.Tr>
              {["Rule", "Effect", "Outcome", "Why"].map((header) => (
                <Table.Th key={header}>{header}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {trace.map((one) => (
              <Table.Tr key={one.ruleId}>
                <Table.Td className="mono">{one.ruleId}</Table.Td>
                <Table.Td>
                  <EffectBadge effect={one.effect} />
                </Table.Td>
                <Table.Td>{outcomes[one.outcome]}</Table.Td>
                <Table.Td>{one.why ?? ""}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
