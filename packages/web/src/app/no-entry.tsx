import { toFlotillaError } from "@flotilla/core";
import { Button, Group, Stack } from "@mantine/core";
import { EntryCard } from "../components/entry-card.tsx";
import { ErrorPanel } from "../components/error-panel.tsx";
import { notifyError } from "../components/notify-error.tsx";
import { signOut } from "../data/auth.ts";
import { enterScope, scope } from "../data/place.ts";

interface NoEntryProps {
  error: Error;
  onRetry: () => void;
}

/** Somebody is signed in, and may do nothing where the tab acts; or the server cannot say. */
export function NoEntry({ error, onRetry }: NoEntryProps) {
  const isForbidden = toFlotillaError(error).code === "forbidden";
  const isElsewhere = scope.org !== undefined || scope.env !== undefined;
  return (
    <EntryCard title={isForbidden ? "There is no way in here" : "Flotilla cannot be shown"}>
      <Stack gap="md">
        <ErrorPanel error={error} onRetry={onRetry} />
        {isForbidden && (
          <Group grow>
            <Button variant="default" size="md" onClick={() => void signOut().catch(notifyError)}>
              Sign out
            </Button>
            {isElsewhere && (
              <Button size="md" onClick={() => enterScope({})}>
                Go to Home
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </EntryCard>
  );
}
