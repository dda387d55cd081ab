import { ActionIcon, Kbd, Tooltip, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconApi, IconKeyboard, IconSearch, IconSettings } from "@tabler/icons-react";
import { useMay } from "../data/me.ts";
import { mountUrl } from "../data/place.ts";
import { AccountMenu } from "./account-menu.tsx";
import { ColorSchemeToggle } from "./color-scheme-toggle.tsx";
import { placesFor } from "./places.ts";
import { modKey } from "./use-shortcuts.ts";
import styles from "./navigation.module.css";

interface NavigationProps {
  onPalette: () => void;
  onHelp: () => void;
}

export function Navigation({ onPalette, onHelp }: NavigationProps) {
  const shown = placesFor(useMay());
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
