import { ActionIcon } from "@mantine/core";
import { IconMenu2, IconSearch, IconX } from "@tabler/icons-react";
import { NewsMenu } from "./news-menu.tsx";
import styles from "./top-bar.module.css";

interface TopBarProps {
  isOpen: boolean;
  onToggle: () => void;
  onPalette: () => void;
}

/** On narrow screens: what opens the navigation. */
export function TopBar({ isOpen, onToggle, onPalette }: TopBarProps) {
  return (
    <header className={styles["bar"]}>
      <ActionIcon
        size={36}
        aria-label={isOpen ? "Close the navigation" : "Open the navigation"}
        aria-expanded={isOpen}
        aria-controls="navigation"
        onClick={onToggle}
      >
        {isOpen ? <IconX size={18} /> : <IconMenu2 size={18} />}
      </ActionIcon>
      <span className={styles["name"]}>Flotilla</span>
      <NewsMenu />
      <ActionIcon size={36} aria-label="Search" onClick={onPalette}>
        <IconSearch size={18} />
      </ActionIcon>
    </header>
  );
}
