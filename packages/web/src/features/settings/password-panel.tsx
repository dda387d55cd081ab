import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Line, Section } from "../../components/section.tsx";
import { auth } from "../../data/auth.ts";
import { sessionsQuery } from "./account-queries.ts";

const none = { currentPassword: "", newPassword: "" };

/** A new password ends all other sessions. */
export function PasswordPanel() {
  const [given, setGiven] = useState(none);
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: () => auth.changePassword(given),
    onSuccess: () => {
      setGiven(none);
      notifications.show({ message: "The password is changed; other sessions have ended." });
      return cache.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  return (
    <Section title="Password" aside="a new one ends all other sessions">
      <Line>
        <form
          style={{ flex: 1 }}
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate();
          }}
        >
          <Stack gap="sm" py={6}>
            <Group align="end" gap="sm" grow>
              <PasswordInput
                label="Present password"
                autoComplete="current-password"
                value={given.currentPassword}
                onChange={(event) =>
                  setGiven({ ...given, currentPassword: event.currentTarget.value })
                }
              />
              <PasswordInput
                label="New password"
                placeholder="10 characters or more"
                autoComplete="new-password"
                value={given.newPassword}
                onChange={(event) => setGiven({ ...given, newPassword: event.currentTarget.value })}
              />
            </Group>
            {change.error && <ErrorPanel error={change.error} />}
            <Group justify="flex-end">
              <Button
                type="submit"
                variant="default"
                loading={change.isPending}
                disabled={given.currentPassword === "" || given.newPassword.length < 10}
              >
                Change the password
              </Button>
            </Group>
          </Stack>
        </form>
      </Line>
    </Section>
  );
}
