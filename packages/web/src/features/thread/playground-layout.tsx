import { VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import { ThreadList } from "./thread-list.tsx";
import styles from "./playground-page.module.css";

/** The conversations on the left, what is looked at beside them. */
export function PlaygroundLayout({ children }: { children: ReactNode }) {
  useDocumentTitle("Playground · Flotilla");
  return (
    <div className={styles["playground"]}>
      <VisuallyHidden component="h1">Playground</VisuallyHidden>
      <ThreadList />
      {children}
    </div>
  );
}
