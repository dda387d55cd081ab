import type { PolicyCheck, PolicyDecision } from "@flotilla/api";
import { permissions, permissionSchema, roleSchema } from "@flotilla/core";
import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { SubjectSelect } from "./subject-select.tsx";

/** Who may do this? Asked without doing it. */
export function PolicyCheckPanel() {
  const [who, setWho] = useState("role viewer");
  const [permission, setPermission] = useState(permissionSchema.parse("agents.run"));
  const [resource, setResource] = useState("");
  const check = useMutation({ mutationFn: (one: PolicyCheck) => client.rules.check(one) });
  const ask = () => {
    const [kind, id = ""] = who.split(" ");
    check.mutate({
      who: kind === "user" ? { kind, id } : { kind: "role", role: roleSchema.parse(id) },
      permission,
      ...(resource.trim() !== "" && { resource: resource.trim() }),
    });
  };
  return (
    <Section title="May somebody do this?" aside="asked without doing it">
      <Line>
        <form
          style={{ flex: 1 }}
          onSubmit={(event) => {
            event.preventDefault();
            ask();
          }}
        >
          <Stack gap="sm" py={6}>
            <Group align="end" gap="sm">
              <SubjectSelect label="Who" value={who} onChange={setWho} />
              <Select
                label="Permission"
                searchable
                allowDeselect={false}
                data={[...permissions]}
                value={permission}
                onChange={(next) => setPermission(permissionSchema.parse(next))}
              />
              <TextInput
                label="On"
                placeholder="Any"
                value={resource}
                onChange={(event) => setResource(event.currentTarget.value)}
              />
              <Button type="submit" size="sm" variant="default" loading={check.isPending}>
                Ask
              </Button>
            </Group>
            {check.error && <ErrorPanel error={check.error} />}
          </Stack>
          <Answer decision={check.data} />
        </form>
      </Line>
    </Section>
  );
}

function Answer({ decision }: { decision: PolicyDecision | undefined }) {
  return (
    <div role="status">
      {decision && (
        <Group gap="xs" pt={4} pb={6}>
          <StatusIcon status={decision.allowed ? "completed" : "failed"} />
          <Text size="sm">
            {decision.allowed ? "Yes" : "No"}: {decision.reason}.
          </Text>
        </Group>
      )}
    </div>
  );
}
