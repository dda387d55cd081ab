import type { InvitationMade } from "@flotilla/api";
import { roles, roleSchema, type Member } from "@flotilla/core";
import { Modal, Select, Stack, Table } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ActionsHeader } from "../../components/actions-header.tsx";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { NewButton } from "../../components/new-button.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay, useMe } from "../../data/me.ts";
import { InvitationTable, InviteForm } from "./invitation-list.tsx";
import { invitationsQuery, membersQuery } from "./settings-queries.ts";

/** Who is of the organisation, and who is invited. */
export function MemberList() {
  const { data, error, refetch } = useQuery(membersQuery);
  const may = useMay();
  const me = useMe();
  const mayInvite = may("members.write") && me?.signIn === "required";
  const [inviting, setInviting] = useState(false);
  const [made, setMade] = useState<InvitationMade>();
  const cache = useQueryClient();
  const show = (invitation: InvitationMade) => {
    setInviting(false);
    setMade(invitation);
    void cache.invalidateQueries({ queryKey: invitationsQuery.queryKey });
  };
  return (
    <Stack gap={28}>
      <Section
        title="Members"
        isTitleHidden
        aside={
          mayInvite && <NewButton onClick={() => setInviting(true)}>Invite somebody</NewButton>
        }
      >
        {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
        {data?.items.length === 0 && (
          <Empty title="No members">
            Members are those who sign in. On a server that asks nobody to sign in there are none:
            whoever reaches it is its operator.
          </Empty>
        )}
        {data && data.items.length > 0 && <MemberTable members={data.items} />}
      </Section>
      <InvitationTable />
      <Modal opened={inviting} onClose={() => setInviting(false)} title="Invite somebody">
        <InviteForm onMade={show} />
      </Modal>
      <Modal opened={made !== undefined} onClose={() => setMade(undefined)} title="The link">
        {made && (
          <SecretOnce
            label={`Whoever has this link becomes ${made.email}, ${made.role}. Send it to him alone`}
            secret={made.link}
            onDone={() => setMade(undefined)}
          />
        )}
      </Modal>
    </Stack>
  );
}

function MemberTable({ members }: { members: Member[] }) {
  return (
    <Table fz="sm" aria-label="Members">
      <Table.Thead>
        <Table.Tr>
          {["Name", "E-mail address", "Role", "Since"].map((header) => (
            <Table.Th key={header}>{header}</Table.Th>
          ))}
          <ActionsHeader />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {members.map((member) => (
          <MemberRow key={member.userId} member={member} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function MemberRow({ member: { userId, name, email, role, joinedAt } }: { member: Member }) {
  const mayWrite = useMay()("members.write");
  const cache = useQueryClient();
  const renew = () => cache.invalidateQueries({ queryKey: membersQuery.queryKey });
  const change = useMutation({
    mutationFn: (next: string) => client.members.change(userId, { role: roleSchema.parse(next) }),
    onSuccess: renew,
    onError: notifyError,
  });
  const remove = async () => {
    await client.members.remove(userId);
    await renew();
  };
  const who = name ?? email ?? userId;
  return (
    <Table.Tr>
      <Table.Td fw={500}>{who}</Table.Td>
      <Table.Td>{email}</Table.Td>
      <Table.Td>
        {mayWrite ? (
          <Select
            size="xs"
            w={120}
            aria-label={`Role of ${who}`}
            allowDeselect={false}
            disabled={change.isPending}
            data={[...roles]}
            value={role}
            onChange={(next) => next && next !== role && change.mutate(next)}
          />
        ) : (
          role
        )}
      </Table.Td>
      <Table.Td>
        <RelativeTime at={joinedAt} />
      </Table.Td>
      <Table.Td ta="right">
        {mayWrite && (
          <ConfirmButton label="Remove" name={`Remove ${who}`} onConfirm={remove}>
            {who} can do nothing here any more. What he started goes on.
          </ConfirmButton>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
