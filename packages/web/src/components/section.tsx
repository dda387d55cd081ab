import { VisuallyHidden } from "@mantine/core";
import { useId, type ReactNode } from "react";
import styles from "./section.module.css";

interface SectionProps {
  title: string;
  /** For where the page's own title says the same. */
  isTitleHidden?: boolean;
  /** At the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** A titled box of lines. */
export function Section({ title, isTitleHidden = false, aside, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <header className={styles["head"]} data-bare={isTitleHidden}>
        {isTitleHidden ? (
          <VisuallyHidden component="h2" id={id}>
            {title}
          </VisuallyHidden>
        ) : (
          <h2 id={id} className={styles["title"]}>
            {title}
          </h2>
        )}
        {aside && <span className={styles["aside"]}>{aside}</span>}
      </header>
      <div className={styles["box"]}>{children}</div>
    </section>
  );
}

export function Line({ children }: { children: ReactNode }) {
  return (
    <div className={styles["line"]} data-line>
      {children}
    </div>
  );
}

interface WithinProps {
  /** What it is, for screen readers. */
  label: string;
  children: ReactNode;
}

/** Lines that belong to the line above them. */
export function Within({ label, children }: WithinProps) {
  return (
    <div role="region" aria-label={label} className={styles["within"]}>
      {children}
    </div>
  );
}
