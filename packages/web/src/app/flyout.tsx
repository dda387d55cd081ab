import { UnstyledButton } from "@mantine/core";
import { useRouterState } from "@tanstack/react-router";
import { Suspense, useEffect, useId, useRef, useState, type ReactNode } from "react";
import styles from "./flyout.module.css";

interface FlyoutProps {
  /** What the button shows. */
  face: ReactNode;
  className: string | undefined;
  /** Of the button, where its face has no words, and of what it opens. */
  label: string;
  /** `wide`: below, with room for a list. */
  place: "above" | "below" | "wide";
  /** Loaded and shown once it is asked for; told the id of what a button in it may hide. */
  children: (panelId: string) => ReactNode;
}

/**
 * A button of the shell with what it opens beside it. The browser closes it by Escape, by a click elsewhere and when
 * another one is opened; going to another address closes it too.
 */
export function Flyout({ face, className, label, place, children }: FlyoutProps) {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const address = useRouterState({ select: ({ location }) => location.href });
  useEffect(() => panel.current?.hidePopover(), [address]);
  return (
    <>
      <UnstyledButton
        className={className}
        popoverTarget={id}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
      >
        {face}
      </UnstyledButton>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        className={styles["panel"]}
        data-place={place}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {isOpen && (
          <Suspense fallback={<p className={styles["wait"]}>Loading…</p>}>{children(id)}</Suspense>
        )}
      </div>
    </>
  );
}
