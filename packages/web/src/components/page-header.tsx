import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import styles from "./page-header.module.css";

interface PageHeaderProps {
  /** Title of the document. */
  title: string;
  /** Shown instead of the title when it needs more than words. */
  heading?: ReactNode;
  /** Where this page is, above the title. */
  above?: ReactNode;
  /** A line under the title. */
  below?: ReactNode;
  actions?: ReactNode;
}

export function PageHeader({ title, heading, above, below, actions }: PageHeaderProps) {
  useDocumentTitle(`${title} · Flotilla`);
  return (
    <header className={styles["header"]}>
      <div className={styles["words"]}>
        {above && <div className={styles["above"]}>{above}</div>}
        <h1 className={styles["title"]}>{heading ?? title}</h1>
        {below && <div className={styles["below"]}>{below}</div>}
      </div>
      {actions && <div className={styles["actions"]}>{actions}</div>}
    </header>
  );
}
