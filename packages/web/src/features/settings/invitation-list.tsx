import type { InvitationMade } from "@flotilla/api";
import { roles, roleSchema, type Role } from "@flotilla/core";
import { Button, Group, Select, Stack, Table, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ActionsHeader } from "../../components/actions-header.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { roleWords } from "../../components/role.ts";
import { Section } from "../../components/section.tsx";
import { Time } from "../../components/time.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { invitationsQuery } from "./settings-queries.ts";

export function InviteForm({ onMade }: { onMade: (invitation: InvitationMade) => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const invite = useMutation({
    mutationFn: () => client.invitations.create({ email: email.trim(), role }),
    onSuccess: onMade,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="E-mail address"
          type="email"
          required
          withAsterisk={false}
          data-autofocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Select
          label="Role"
          description={roleWords[role]}
          inputWrapperOrder={["label", "input", "description"]}
          allowDeselect={false}
          data={[...roles]}
          value={role}
          onChange={(next) => setRole(roleSchema.parse(next))}
        />
        {invite.error && <ErrorPanel error={invite.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending} disabled={email.trim() === ""}>
            Create link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Invitations that are open; nothing where there are none. */
export function InvitationTable() {
  const { data } = useQuery(invitationsQuery);
  const mayWrite = useMay()("members.write");
  const cache = useQueryClient();
  const revoke = async (id: string) => {
    await client.invitations.revoke(id);
    await cache.invalidateQueries({ queryKey: invitationsQuery.queryKey });
  };
  if (!data || data.items.length === 0) return null;
  return (
    <Section title="Open invitations">
      <Table fz="sm" aria-label="Open invitations">
        <Table.Thead>
          <Table.Tr>
            {["E-mail address", "Role", "By", "Good until"].map((header) => (
              <Table.Th key={header}>{header}</Table.Th>
            ))}
            <ActionsHeader />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.items.map(({ id, email, role, createdBy, expiresAt }) => (
            <Table.Tr key={id}>
              <Table.Td>{email}</Table.Td>
              <Table.Td>{role}</Table.Td>
              <Table.Td>{createdBy}</Table.Td>
              <Table.Td>
                <Time at={expiresAt} show="day" />
              </Table.Td>
              <Table.Td ta="right">
                {mayWrite && (
                  <ConfirmButton
                    label="Revoke"
                    name={`Revoke the invitation of ${email}`}
                    onConfirm={() => revoke(id)}
                  >
                    Its link is worth nothing from now on.
                  </ConfirmButton>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
