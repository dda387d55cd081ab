import type { RuleSet } from "@flotilla/api";
import {
  environments,
  environmentSchema,
  namedPermissions,
  permissions,
  permissionSchema,
} from "@flotilla/core";
import { Button, Group, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { rulesQuery } from "./settings-queries.ts";
import { subjectOf, SubjectSelect } from "./subject-select.tsx";

export function RuleForm({ onDone }: { onDone: () => void }) {
  const [rule, setRule] = useState<RuleSet>({
    effect: "deny",
    who: { kind: "everyone" },
    permission: "agents.run",
    resource: "*",
    environment: null,
  });
  const [who, setWho] = useState("everyone");
  const cache = useQueryClient();
  const add = useMutation({
    mutationFn: () => client.rules.add({ ...rule, who: subjectOf(who) }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: rulesQuery.queryKey });
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Stack gap="md">
        <SegmentedControl
          size="xs"
          aria-label="Effect"
          data={["deny", "allow"]}
          value={rule.effect}
          onChange={(next) => setRule({ ...rule, effect: next === "allow" ? "allow" : "deny" })}
        />
        <SubjectSelect label="To" withEveryone value={who} onChange={setWho} />
        <RuleFields rule={rule} onChange={setRule} />
        {add.error && <ErrorPanel error={add.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending}>
            Add the rule
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface RuleFieldsProps {
  rule: RuleSet;
  onChange: (rule: RuleSet) => void;
}

/** What is allowed or denied, on what, and where. */
function RuleFields({ rule, onChange }: RuleFieldsProps) {
  const isNamed = namedPermissions.has(rule.permission);
  return (
    <>
      <Select
        label="Permission"
        searchable
        allowDeselect={false}
        data={[...permissions]}
        value={rule.permission}
        onChange={(next) => {
          const permission = permissionSchema.parse(next);
          const resource = namedPermissions.has(permission) ? rule.resource : "*";
          onChange({ ...rule, permission, resource });
        }}
      />
      <TextInput
        label="On"
        description={
          isNamed
            ? "The name of an agent, batch, tool or credential; * stands for any text."
            : "This permission is of the whole organisation."
        }
        disabled={!isNamed}
        value={rule.resource ?? "*"}
        onChange={(event) => onChange({ ...rule, resource: event.currentTarget.value })}
      />
      <Select
        label="Environment"
        placeholder="All"
        clearable
        data={[...environments]}
        value={rule.environment ?? null}
        onChange={(next) =>
          onChange({ ...rule, environment: next === null ? null : environmentSchema.parse(next) })
        }
      />
    </>
  );
}
