import { Button, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { auth, leaveIfSignedOut } from "../../data/auth.ts";
import { meQuery } from "../../data/me.ts";
import { EntryCard, EntryForm } from "../../components/entry-card.tsx";
import styles from "./device-page.module.css";

const route = getRouteApi("/device");

/** A person confirms that a program without a browser is his. */
export function DevicePage() {
  const { user_code: code } = route.useSearch();
  const navigate = route.useNavigate();
  // Whoever is not signed in is sent to do that, and comes back with the code.
  const { data: me, error } = useQuery(meQuery);
  if (error) {
    return (
      <EntryCard title="Confirm a device">
        <ErrorPanel error={error} />
      </EntryCard>
    );
  }
  if (!me) {
    return (
      <EntryCard title="Confirm a device">
        <Skeleton height={120} role="status" aria-busy="true" aria-label="Loading" />
      </EntryCard>
    );
  }
  if (me.signIn === "none") {
    return (
      <EntryCard
        title="Nothing to confirm"
        below="This server asks nobody to sign in: commands work as they are."
      />
    );
  }
  if (code === undefined) {
    return (
      <EnterCode onCode={(user_code) => void navigate({ search: { user_code }, replace: true })} />
    );
  }
  return <ConfirmDevice key={code} code={code} person={me.email ?? me.caller.name} />;
}

function EnterCode({ onCode }: { onCode: (code: string) => void }) {
  const [code, setCode] = useState("");
  const clean = code.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
  return (
    <EntryCard title="Confirm a device" below="Type the code that the command line shows.">
      <EntryForm
        submit="Go on"
        isPending={false}
        error={null}
        onSubmit={() => clean !== "" && onCode(clean)}
      >
        <TextInput
          label="Code"
          size="md"
          required
          withAsterisk={false}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: styles["code"] ?? "" }}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
      </EntryForm>
    </EntryCard>
  );
}

function ConfirmDevice({ code, person }: { code: string; person: string }) {
  const { data: device, error } = useQuery({
    queryKey: ["device", code],
    queryFn: () => auth.device(code),
    retry: false,
    staleTime: Infinity,
  });
  const answer = useMutation({
    mutationFn: (given: "approve" | "deny") => auth.answerDevice(given, code),
    onError: leaveIfSignedOut,
  });
  if (answer.isSuccess) return <Answered answer={answer.variables} />;
  const isOver = device && device.status !== "pending";
  return (
    <EntryCard
      title="Confirm a device"
      below="A program asks to act in your name. Compare the code with the one that it shows."
    >
      <Stack gap="md">
        <div className={styles["shown"]} aria-label="Code of the device">
          {code}
        </div>
        {error ? (
          <ErrorPanel error={error} />
        ) : isOver ? (
          <Text size="sm">This code was answered already. Run flotilla login again.</Text>
        ) : (
          <>
            <Text size="sm" c="dimmed">
              It gets a session of {person}: it may do all that you may, until you end it under
              Settings, Sessions. If you did not start it yourself, refuse.
            </Text>
            {answer.error && <ErrorPanel error={answer.error} />}
            <Group grow>
              <Button
                size="md"
                variant="default"
                disabled={answer.isPending}
                onClick={() => answer.mutate("deny")}
              >
                Refuse
              </Button>
              <Button
                size="md"
                loading={answer.isPending && answer.variables === "approve"}
                disabled={!device}
                onClick={() => answer.mutate("approve")}
              >
                Confirm
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </EntryCard>
  );
}

function Answered({ answer }: { answer: "approve" | "deny" }) {
  return answer === "approve" ? (
    <EntryCard title="It is signed in" below="Go back to the terminal; this page can be closed." />
  ) : (
    <EntryCard title="It was refused" below="The program got nothing. This page can be closed." />
  );
}
