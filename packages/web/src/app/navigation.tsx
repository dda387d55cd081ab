import { ActionIcon, Kbd, Tooltip, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import {
  IconActivity,
  IconApi,
  IconBug,
  IconCoins,
  IconCpu,
  IconGauge,
  IconHeartbeat,
  IconHistory,
  IconKeyboard,
  IconLayoutDashboard,
  IconMessages,
  IconRobot,
  IconSearch,
  IconSettings,
  IconStack2,
  IconTool,
} from "@tabler/icons-react";
import { useMay } from "../data/me.ts";
import { mountUrl } from "../data/place.ts";
import { AccountMenu } from "./account-menu.tsx";
import { ColorSchemeToggle } from "./color-scheme-toggle.tsx";
import { modKey } from "./use-shortcuts.ts";
import styles from "./navigation.module.css";

const places = [
  { to: "/", label: "Home", Icon: IconLayoutDashboard },
  { to: "/playground", label: "Playground", Icon: IconMessages },
  { to: "/runs", label: "Runs", Icon: IconActivity },
  { to: "/batches", label: "Batches", Icon: IconStack2 },
  { to: "/agents", label: "Agents", Icon: IconRobot },
  { to: "/tools", label: "Tools", Icon: IconTool },
  { to: "/models", label: "Models", Icon: IconCpu },
  { to: "/limits", label: "Limits", Icon: IconGauge },
  { to: "/costs", label: "Costs", Icon: IconCoins },
] as const;

/** About the platform and its users; shown to those who may read it. */
const records = [
  { to: "/health", label: "Health", Icon: IconHeartbeat, needs: "fleet.read" },
  { to: "/errors", label: "Errors", Icon: IconBug, needs: "errors.read" },
  { to: "/activity", label: "Activity", Icon: IconHistory, needs: "activity.read" },
] as const;

interface NavigationProps {
  onPalette: () => void;
  onHelp: () => void;
}

export function Navigation({ onPalette, onHelp }: NavigationProps) {
  const may = useMay();
  const shown = [...places, ...records.filter(({ needs }) => may(needs))];
  return (
    <nav className={styles["nav"]} aria-label="Main">
      <Link to="/" className={styles["brand"]}>
        <img src={new URL("flotilla.svg", mountUrl).href} alt="" width={22} height={22} />
        <span>Flotilla</span>
      </Link>
      <UnstyledButton className={styles["search"]} onClick={onPalette}>
        <IconSearch size={14} aria-hidden />
        <span>Search</span>
        <Kbd size="xs">{modKey} K</Kbd>
      </UnstyledButton>
      <ul className={styles["places"]}>
        {shown.map(({ to, label, Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={styles["place"]}
              activeOptions={{ exact: to === "/", includeSearch: false }}
            >
              <Icon size={16} stroke={1.7} aria-hidden />
              {label}
            </Link>
          </li>
        ))}
      </ul>
      <div className={styles["foot"]}>
        <Link to="/settings/$section" params={{ section: "profile" }} className={styles["place"]}>
          <IconSettings size={16} stroke={1.7} aria-hidden />
          Settings
        </Link>
        <a
          className={styles["place"]}
          href={new URL("docs", mountUrl).href}
          target="_blank"
          rel="noreferrer"
        >
          <IconApi size={16} stroke={1.7} aria-hidden />
          API docs
        </a>
        <AccountMenu />
        <div className={styles["tools"]}>
          <ColorSchemeToggle />
          <Tooltip label="Keyboard shortcuts">
            <ActionIcon onClick={onHelp} aria-label="Keyboard shortcuts">
              <IconKeyboard size={16} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
    </nav>
  );
}
