import type { Me } from "@flotilla/api";
import { environments, environmentSchema } from "@flotilla/core";
import {
  Button,
  Popover,
  SegmentedControl,
  Select,
  Stack,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { IconLogout, IconSelector, IconUserCircle } from "@tabler/icons-react";
import { notifyError } from "../components/notify-error.tsx";
import { signOut } from "../data/auth.ts";
import { useMe } from "../data/me.ts";
import { enterScope } from "../data/place.ts";
import styles from "./account-menu.module.css";

/** Who I am and where I act; other places are one choice away. */
export function AccountMenu() {
  const me = useMe();
  if (!me) return null;
  const { caller } = me;
  const isPerson = me.signIn === "required";
  const where = caller.instance ? everywhere : `${caller.organisation} · ${caller.environment}`;
  return (
    <Popover position="top-start" width={260} shadow="md" withinPortal={false} trapFocus>
      <Popover.Target>
        <UnstyledButton className={styles["account"]}>
          <IconUserCircle size={18} stroke={1.6} aria-hidden />
          <span className={styles["words"]}>
            <span className={styles["name"]}>{isPerson ? caller.name : "This machine"}</span>
            <span className={styles["where"]}>{where}</span>
          </span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="md">
          {isPerson && (
            <div className={styles["who"]}>
              <span className="truncate">{me.email ?? caller.name}</span>
              <Text size="xs" c="dimmed">
                {caller.role} of {caller.organisation}
              </Text>
            </div>
          )}
          <Places me={me} />
          {isPerson && (
            <Button
              variant="default"
              leftSection={<IconLogout size={14} aria-hidden />}
              onClick={() => void signOut().catch(notifyError)}
            >
              Sign out
            </Button>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

const everywhere = "all organisations";

/** The choice is in the address: each tab has its own, and a link that is passed on says it. */
function Places({ me: { caller, organisations } }: { me: Me }) {
  const names = organisations.map(({ organisation }) => organisation);
  const isLocal = caller.kind === "local";
  const all = isLocal ? [everywhere, ...names] : names;
  const shown = caller.instance ? everywhere : caller.organisation;
  return (
    <>
      {all.length > 1 && (
        <Select
          label="Organisation"
          size="xs"
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          data={all.includes(shown) ? all : [...all, shown]}
          value={shown}
          onChange={(next) =>
            enterScope(
              next === null || next === everywhere
                ? {}
                : { org: next, env: caller.instance ? undefined : caller.environment },
            )
          }
        />
      )}
      <div>
        <Text size="xs" fw={500} mb={3} aria-hidden>
          Environment
        </Text>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Environment"
          data={[...environments]}
          value={caller.instance ? "" : caller.environment}
          onChange={(next) =>
            enterScope({ org: caller.organisation, env: environmentSchema.parse(next) })
          }
        />
      </div>
    </>
  );
}
