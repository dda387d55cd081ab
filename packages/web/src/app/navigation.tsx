import { Kbd, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { Link, useMatchRoute } from "@tanstack/react-router";
import { IconSearch, IconSettings } from "@tabler/icons-react";
import { useId } from "react";
import { useFleet } from "../data/fleet.ts";
import { useMay } from "../data/me.ts";
import { mountUrl } from "../data/place.ts";
import { AccountMenu } from "./account-menu.tsx";
import { NewsMenu } from "./news-menu.tsx";
import { PlaceMenu } from "./place-menu.tsx";
import { placesFor, type Place } from "./places.ts";
import { modKey } from "./use-shortcuts.ts";
import styles from "./navigation.module.css";

interface NavigationProps {
  /** On narrow screens it is there when it is asked for. */
  isOpen: boolean;
  onPalette: () => void;
  onHelp: () => void;
}

export function Navigation({ isOpen, onPalette, onHelp }: NavigationProps) {
  const groups = placesFor(useMay());
  return (
    <nav id="navigation" className={styles["nav"]} aria-label="Main" data-open={isOpen}>
      <div className={styles["head"]}>
        <div className={styles["top"]}>
          <Brand />
          <NewsMenu />
        </div>
        <PlaceMenu />
        <UnstyledButton className={styles["search"]} onClick={onPalette}>
          <IconSearch size={14} aria-hidden />
          <span>Search</span>
          <Kbd size="xs">{modKey} K</Kbd>
        </UnstyledButton>
      </div>
      <div className={styles["groups"]}>
        {groups.map(({ title, places }) => (
          <PlaceGroup key={title} title={title} places={places} />
        ))}
      </div>
      <div className={styles["foot"]}>
        <SettingsLink />
        <AccountMenu onHelp={onHelp} />
      </div>
    </nav>
  );
}

function Brand() {
  return (
    <Link to="/" className={styles["brand"]}>
      <img src={new URL("flotilla.svg", mountUrl).href} alt="" width={22} height={22} />
      <span>Flotilla</span>
    </Link>
  );
}

/** Leads to the first section; that one is in Settings is seen in every section. */
function SettingsLink() {
  const isHere = useMatchRoute()({ to: "/settings/$section" }) !== false;
  return (
    <Link
      to="/settings/$section"
      params={{ section: "profile" }}
      search={{}}
      className={styles["place"]}
      {...(isHere && { "data-status": "active" })}
    >
      <IconSettings size={16} stroke={1.7} aria-hidden />
      Settings
    </Link>
  );
}

function PlaceGroup({ title, places }: { title: string | null; places: readonly Place[] }) {
  const id = useId();
  const may = useMay();
  const mayFollow = may("status.read") && may("limits.read");
  return (
    <div>
      {title !== null && (
        <h2 id={id} className={styles["title"]}>
          {title}
        </h2>
      )}
      <ul className={styles["places"]} {...(title !== null && { "aria-labelledby": id })}>
        {places.map(({ to, label, Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={styles["place"]}
              activeOptions={{ exact: to === "/", includeSearch: false }}
            >
              <Icon size={16} stroke={1.7} aria-hidden />
              {label}
              {to === "/inbox" && mayFollow && <InboxCount />}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** How much waits for people, as it changes. */
function InboxCount() {
  const count = useFleet("inbox");
  if (!count) return null;
  return (
    <span className={styles["count"]}>
      {count > 999 ? "999+" : count}
      <VisuallyHidden> wait for a person</VisuallyHidden>
    </span>
  );
}
