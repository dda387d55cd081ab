import { Button, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect, useRef, type FormEvent, type ReactNode } from "react";
import { ErrorPanel } from "./error-panel.tsx";
import { mountUrl } from "../data/place.ts";
import styles from "./entry-card.module.css";

interface EntryCardProps {
  title: string;
  /** What this page is for, in a sentence. */
  below?: ReactNode;
  children?: ReactNode;
}

/** A page without the shell: one thing to do, in the middle. */
export function EntryCard({ title, below, children }: EntryCardProps) {
  useDocumentTitle(`${title} · Flotilla`);
  return (
    <main className={styles["page"]}>
      <div className={styles["column"]}>
        <div className={styles["brand"]}>
          <img src={new URL("flotilla.svg", mountUrl).href} alt="" width={28} height={28} />
          <span>Flotilla</span>
        </div>
        <div className={styles["card"]}>
          <h1 className={styles["title"]}>{title}</h1>
          {below && (
            <Text size="md" c="dimmed" mt={4}>
              {below}
            </Text>
          )}
          {children && <div className={styles["body"]}>{children}</div>}
        </div>
      </div>
    </main>
  );
}

interface EntryFormProps {
  submit: string;
  isPending: boolean;
  error: Error | null;
  onSubmit: () => void;
  children: ReactNode;
}

/** Fields, what went wrong, and the one button. The field with `data-autofocus` has the focus at first. */
export function EntryForm({ submit, isPending, error, onSubmit, children }: EntryFormProps) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus(), []);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!isPending) onSubmit();
  };
  return (
    <form ref={form} onSubmit={send}>
      <Stack gap="md">
        {children}
        {error && <ErrorPanel error={error} />}
        <Button type="submit" size="md" fullWidth loading={isPending}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}
