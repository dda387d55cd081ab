import type { InvitationOpened, Joined } from "@flotilla/api";
import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { roleWords } from "../../components/role.ts";
import { auth } from "../../data/auth.ts";
import { client } from "../../data/client.ts";
import { mountUrl } from "../../data/place.ts";
import { enterAfterSignIn } from "./enter.ts";
import { EntryCard, EntryForm } from "../../components/entry-card.tsx";
import { forgetLinkToken, takeLinkToken } from "./link-token.ts";
import { NewAccountFields } from "./new-account-fields.tsx";
import { ProviderButtons } from "./provider-buttons.tsx";
import { signInOptionsQuery } from "./sign-in-queries.ts";

/** What an invitation offers, and the ways to take it. */
export function InvitationPage() {
  const [token] = useState(() => takeLinkToken("invitation"));
  const { data, error } = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => client.invitations.open(token),
    enabled: token !== "",
    staleTime: Infinity,
  });
  if (token === "") {
    return (
      <EntryCard
        title="This link is incomplete"
        below="Copy the whole link, including everything after the #. If it is lost, whoever invited you makes another one under Settings, Members."
      >
        <Text size="sm">
          You have an account already? <a href={`${mountUrl}sign-in`}>Sign in</a>
        </Text>
      </EntryCard>
    );
  }
  if (error) {
    return (
      <EntryCard title="This invitation cannot be opened">
        <ErrorPanel error={error} />
      </EntryCard>
    );
  }
  if (!data) {
    return (
      <EntryCard title="Invitation">
        <Skeleton height={160} role="status" aria-busy="true" aria-label="Loading the invitation" />
      </EntryCard>
    );
  }
  return (
    <EntryCard
      title={`Join ${data.organisation}`}
      below={
        <>
          {data.createdBy} invites {data.email} as <strong>{data.role}</strong>.{" "}
          {roleWords[data.role]}
        </>
      }
    >
      {data.hasAccount ? (
        <AcceptAsMember token={token} invitation={data} />
      ) : (
        <AcceptAsNewcomer token={token} />
      )}
    </EntryCard>
  );
}

async function enterInvited(): Promise<void> {
  forgetLinkToken("invitation");
  await enterAfterSignIn(undefined);
}

function AcceptAsNewcomer({ token }: { token: string }) {
  const [given, setGiven] = useState({ name: "", password: "" });
  const { data: options } = useQuery(signInOptionsQuery);
  const accept = useMutation({
    mutationFn: () => client.invitations.accept({ ...given, token }),
    onSuccess: enterInvited,
  });
  return (
    <Stack gap="lg">
      <EntryForm
        submit="Join"
        isPending={accept.isPending || accept.isSuccess}
        error={accept.error}
        onSubmit={() => accept.mutate()}
      >
        <NewAccountFields value={given} onChange={setGiven} isFirst />
      </EntryForm>
      {options && options.providers.length > 0 && (
        <ProviderButtons providers={options.providers} target={`${mountUrl}invitation`} />
      )}
    </Stack>
  );
}

interface AcceptAsMemberProps {
  token: string;
  invitation: InvitationOpened;
}

/** The address has an account: its person accepts, once he is signed in. */
function AcceptAsMember({ token, invitation }: AcceptAsMemberProps) {
  const { data: account, isPending } = useQuery({
    queryKey: ["account"],
    queryFn: () => auth.account(),
  });
  const accept = useMutation({
    mutationFn: () => client.invitations.accept({ token }),
    onSuccess: ({ keptRole }) => (keptRole ? undefined : enterInvited()),
  });
  if (accept.data?.keptRole) return <KeptRole joined={accept.data} />;
  if (isPending)
    return <Skeleton height={60} role="status" aria-busy="true" aria-label="Loading the account" />;
  if (account?.user.email !== invitation.email) {
    return (
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {account
            ? `You are signed in as ${account.user.email}. The invitation is for the account of ${invitation.email}.`
            : `${invitation.email} has an account here already: sign in with it, then you come back to this page.`}
        </Text>
        <Button component="a" size="md" fullWidth href={`${mountUrl}sign-in?back=/invitation`}>
          Sign in as {invitation.email}
        </Button>
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      {accept.error && <ErrorPanel error={accept.error} />}
      <Button
        size="md"
        fullWidth
        loading={accept.isPending || accept.isSuccess}
        onClick={() => accept.mutate()}
      >
        Join as {account.user.name || account.user.email}
      </Button>
    </Stack>
  );
}

/** The invitation offered a role to somebody who had one. */
function KeptRole({ joined }: { joined: Joined }) {
  return (
    <Stack gap="md">
      <Text size="sm">
        You are a member of {joined.organisation} already. Your role stays{" "}
        <strong>{joined.role}</strong>; an owner or admin can change it.
      </Text>
      <Button size="md" fullWidth onClick={() => void enterInvited()}>
        Go on as {joined.role}
      </Button>
    </Stack>
  );
}
