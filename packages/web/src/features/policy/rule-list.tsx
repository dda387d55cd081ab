import { conditionWords, type ToolRule, type ToolRuleHit } from "@flotilla/core";
import { Button, Group, Modal, Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ActionsHeader } from "../../components/actions-header.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { formatCount } from "../../components/count.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { EffectBadge } from "./effect-badge.tsx";
import { ruleHitsQuery, toolRulesQuery, useRefreshPolicy } from "./policy-queries.ts";
import { RuleForm } from "./rule-form.tsx";

/** The rules that there are; each can be changed. */
export function RuleList() {
  const { data, error, refetch } = useQuery(toolRulesQuery);
  const [edited, setEdited] = useState<ToolRule | null>(null);
  return (
    <Section title="Tool rules">
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Skeleton height={160} role="status" aria-busy="true" aria-label="Loading" />
      )}
      {data?.items.length === 0 && (
        <Empty title="No rules" command="flotilla policy apply -f policy.yaml">
          Without a rule a call is made, unless its agent has people asked first, or its run has
          read what nobody vouches for.
        </Empty>
      )}
      {data && data.items.length > 0 && <RuleTable rules={data.items} onEdit={setEdited} />}
      <Modal
        opened={edited !== null}
        onClose={() => setEdited(null)}
        size="lg"
        title="Change the rule"
      >
        {edited !== null && <RuleForm rule={edited} onDone={() => setEdited(null)} />}
      </Modal>
    </Section>
  );
}

interface RuleTableProps {
  rules: readonly ToolRule[];
  onEdit: (rule: ToolRule) => void;
}

function RuleTable({ rules, onEdit }: RuleTableProps) {
  const { data } = useQuery(ruleHitsQuery);
  const none = { allowed: 0, asked: 0, denied: 0 };
  const byRule = data && new Map(rules.map(({ id }) => [id, { ruleId: id, ...none }]));
  for (const hit of data?.items ?? []) byRule?.set(hit.ruleId, hit);
  return (
    <Table fz="sm" aria-label="Tool rules" verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          {["Effect", "Tool", "Of", "When", "By"].map((header) => (
            <Table.Th key={header}>{header}</Table.Th>
          ))}
          <Table.Th ta="right">Last 7 days</Table.Th>
          <ActionsHeader />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rules.map((rule) => (
          <RuleRow key={rule.id} rule={rule} hit={byRule?.get(rule.id)} onEdit={onEdit} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface RuleRowProps {
  rule: ToolRule;
  /** Undefined: it is not known yet. */
  hit: ToolRuleHit | undefined;
  onEdit: (rule: ToolRule) => void;
}

function RuleRow({ rule, hit, onEdit }: RuleRowProps) {
  const may = useMay();
  const refresh = useRefreshPolicy();
  const { id, effect, tool, agent, runId, environment, note, enabled, by } = rule;
  const mayRemove = may("rules.write") || (effect === "allow" && may("interrupts.answer"));
  const remove = async () => {
    await client.toolRules.remove(id);
    await refresh();
  };
  return (
    <Table.Tr opacity={enabled ? 1 : 0.75}>
      <Table.Td>
        <EffectBadge effect={effect} />
        {!enabled && " (off)"}
      </Table.Td>
      <Table.Td className="mono">{tool}</Table.Td>
      <Table.Td>
        {runId ?? agent ?? "every agent"}
        {environment && `, in ${environment}`}
      </Table.Td>
      <Table.Td>
        <Conditions rule={rule} />
        {note && (
          <Text size="xs" c="dimmed">
            {note}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{by}</Table.Td>
      <Table.Td ta="right">{hit && <Hits hit={hit} />}</Table.Td>
      <Table.Td>
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {may("rules.write") && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Change: ${effect} ${tool}`}
              onClick={() => onEdit(rule)}
            >
              Change
            </Button>
          )}
          {mayRemove && (
            <ConfirmButton label="Remove" name={`Remove: ${effect} ${tool}`} onConfirm={remove}>
              The other rules decide then, at once. An earlier version brings it back.
            </ConfirmButton>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** What the rule has decided of late; a rule that decides nothing may not be needed. */
function Hits({ hit }: { hit: ToolRuleHit }) {
  const said = (["allowed", "asked", "denied"] as const).filter((name) => hit[name] > 0);
  if (said.length === 0) return <span className="dimmed">none</span>;
  return said.map((name) => (
    <div key={name}>
      {formatCount(hit[name])} {name}
    </div>
  ));
}

function Conditions({ rule }: { rule: ToolRule }) {
  const words = conditionWords(rule.when);
  if (words.length === 0) return <span className="dimmed">always</span>;
  return words.map((word) => (
    <div key={word} className="mono">
      {word}
    </div>
  ));
}
