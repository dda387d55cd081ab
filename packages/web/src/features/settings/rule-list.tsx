import type { AccessRule, RuleSubject } from "@flotilla/core";
import { Modal, Stack, Table } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { environmentWords } from "../../app/environment-words.ts";
import { ActionsHeader } from "../../components/actions-header.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NewButton } from "../../components/new-button.tsx";
import { Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { PolicyCheckPanel } from "./policy-check-panel.tsx";
import { RuleForm } from "./rule-form.tsx";
import { membersQuery, rulesQuery } from "./settings-queries.ts";

/** Exceptions from what the roles may, and the question what follows from them. */
export function RuleList() {
  const { data, error, refetch } = useQuery(rulesQuery);
  const mayWrite = useMay()("rules.write");
  const [adding, setAdding] = useState(false);
  return (
    <Stack gap={28}>
      <Section
        title="Access rules"
        isTitleHidden
        aside={mayWrite && <NewButton onClick={() => setAdding(true)}>New rule</NewButton>}
      >
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {data?.items.length === 0 && (
          <Empty title="No rules: the roles decide">
            A rule is an exception. That only Ann may run the agent refunds takes two: deny
            agents.run on refunds to everyone, and allow it to Ann. The most specific rule decides.
          </Empty>
        )}
        {data && data.items.length > 0 && <RuleTable rules={data.items} />}
      </Section>
      <PolicyCheckPanel />
      <Modal opened={adding} onClose={() => setAdding(false)} title="New access rule">
        <RuleForm onDone={() => setAdding(false)} />
      </Modal>
    </Stack>
  );
}

function RuleTable({ rules }: { rules: AccessRule[] }) {
  const mayWrite = useMay()("rules.write");
  const { data: members } = useQuery(membersQuery);
  const cache = useQueryClient();
  const remove = async (id: string) => {
    await client.rules.remove(id);
    await cache.invalidateQueries({ queryKey: rulesQuery.queryKey });
  };
  const nameOf = (who: RuleSubject) => {
    if (who.kind === "everyone") return "everyone";
    if (who.kind === "role") return `role ${who.role}`;
    const member = members?.items.find(({ userId }) => userId === who.id);
    return member?.name ?? `${who.kind} ${who.id}`;
  };
  return (
    <Table fz="sm" aria-label="Access rules">
      <Table.Thead>
        <Table.Tr>
          {["Effect", "Who", "Permission", "On", "Environment"].map((header) => (
            <Table.Th key={header}>{header}</Table.Th>
          ))}
          <ActionsHeader />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rules.map(({ id, effect, who, permission, resource, environment }) => (
          <Table.Tr key={id}>
            <Table.Td
              fw={500}
              data-tone={effect === "allow" ? "completed" : "failed"}
              c="var(--tone-text)"
            >
              {effect}
            </Table.Td>
            <Table.Td>{nameOf(who)}</Table.Td>
            <Table.Td className="mono">{permission}</Table.Td>
            <Table.Td className="mono">{resource}</Table.Td>
            <Table.Td>{environment ? environmentWords[environment] : "all"}</Table.Td>
            <Table.Td ta="right">
              {mayWrite && (
                <ConfirmButton
                  label="Revoke"
                  name={`Revoke: ${effect} ${permission} on ${resource}`}
                  onConfirm={() => remove(id)}
                >
                  The other rules and the roles decide then, at once.
                </ConfirmButton>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
