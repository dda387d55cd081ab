import { Button, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Line, Section } from "../../components/section.tsx";
import { auth, type Session } from "../../data/auth.ts";
import { AccountPanel } from "./account-panel.tsx";
import { sessionsQuery } from "./account-queries.ts";

/** Where one is signed in; each can be ended. */
export function SessionList() {
  return <AccountPanel>{({ session }) => <Sessions current={session.token} />}</AccountPanel>;
}

function Sessions({ current }: { current: string }) {
  const { data, error, refetch } = useQuery(sessionsQuery);
  const cache = useQueryClient();
  const renew = () => cache.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  const endOthers = useMutation({
    mutationFn: () => auth.endOtherSessions(),
    onSuccess: renew,
    onError: notifyError,
  });
  return (
    <Section
      title="Sessions"
      isTitleHidden
      aside={
        data &&
        data.length > 1 && (
          <Button
            size="compact-xs"
            variant="default"
            loading={endOthers.isPending}
            onClick={() => endOthers.mutate()}
          >
            End all others
          </Button>
        )
      }
    >
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={88} radius={0} />}
      {data?.map((session) => (
        <SessionLine
          key={session.id}
          session={session}
          isCurrent={session.token === current}
          onEnded={() => void renew()}
        />
      ))}
    </Section>
  );
}

interface SessionLineProps {
  session: Session;
  isCurrent: boolean;
  onEnded: () => void;
}

function SessionLine({ session, isCurrent, onEnded }: SessionLineProps) {
  const { token, createdAt, ipAddress, userAgent } = session;
  const end = useMutation({
    mutationFn: () => auth.endSession(token),
    onSuccess: onEnded,
    onError: notifyError,
  });
  const device = deviceOf(userAgent ?? "");
  return (
    <Line>
      <Text size="sm" flex={1} miw={0}>
        {device}
        {isCurrent && (
          <Text span size="xs" c="dimmed">
            {" this one"}
          </Text>
        )}
        <Text size="xs" c="dimmed" truncate title={userAgent ?? undefined}>
          {ipAddress && `${ipAddress}, `}
          signed in <RelativeTime at={createdAt} />
        </Text>
      </Text>
      {!isCurrent && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`End the session of ${device}`}
          loading={end.isPending}
          onClick={() => end.mutate()}
        >
          End
        </Button>
      )}
    </Line>
  );
}

/** In words that its owner knows it by. */
function deviceOf(agent: string): string {
  const browser = /(Edg|Firefox|Chrome|Safari)\//.exec(agent)?.[1];
  if (!browser) return "a program";
  const system =
    /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(agent)?.[1] ?? "another system";
  return `${browser === "Edg" ? "Edge" : browser} on ${system}`;
}
