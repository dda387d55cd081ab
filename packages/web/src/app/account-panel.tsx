import type { Me } from "@flotilla/api";
import { Button, Stack, Text } from "@mantine/core";
import { IconApi, IconKeyboard, IconLogout, IconSettings } from "@tabler/icons-react";
import { LinkButton } from "../components/link-button.tsx";
import { notifyError } from "../components/notify-error.tsx";
import { signOut } from "../data/auth.ts";
import { mountUrl } from "../data/place.ts";
import { ColorSchemeToggle } from "./color-scheme-toggle.tsx";
import styles from "./account-menu.module.css";

const entry = { variant: "subtle", color: "gray", justify: "flex-start", fullWidth: true } as const;

interface AccountPanelProps {
  me: Me;
  /** Where it is shown. */
  panelId: string;
  onHelp: () => void;
}

export function AccountPanel({ me, panelId, onHelp }: AccountPanelProps) {
  const { caller } = me;
  const isPerson = me.signIn === "required";
  return (
    <Stack gap="sm">
      {isPerson && (
        <div className={styles["who"]}>
          <span className="truncate">{me.email ?? caller.name}</span>
          <Text size="xs" c="dimmed">
            {caller.role} of {caller.organisation}
          </Text>
        </div>
      )}
      <ColorSchemeToggle />
      <div>
        <LinkButton
          {...entry}
          to="/settings/$section"
          params={{ section: "profile" }}
          leftSection={<IconSettings size={14} aria-hidden />}
        >
          {isPerson ? "Profile and preferences" : "Preferences"}
        </LinkButton>
        <Button
          {...entry}
          leftSection={<IconKeyboard size={14} aria-hidden />}
          popoverTarget={panelId}
          popoverTargetAction="hide"
          onClick={onHelp}
        >
          Keyboard shortcuts
        </Button>
        <Button
          {...entry}
          component="a"
          href={new URL("docs", mountUrl).href}
          target="_blank"
          rel="noreferrer"
          leftSection={<IconApi size={14} aria-hidden />}
        >
          API docs
        </Button>
        {isPerson && (
          <Button
            {...entry}
            leftSection={<IconLogout size={14} aria-hidden />}
            onClick={() => void signOut().catch(notifyError)}
          >
            Sign out
          </Button>
        )}
      </div>
    </Stack>
  );
}
