import { Button, Group, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useRef } from "react";
import { LinkButton } from "../../components/link-button.tsx";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useKeptFocus } from "../../components/use-kept-focus.ts";
import { useMay } from "../../data/me.ts";
import { CompareColumn } from "./compare-column.tsx";
import { mostColumns, type CompareColumn as Column } from "./compare-search.ts";
import { Composer } from "./composer.tsx";
import { useComparison } from "./use-comparison.ts";
import styles from "./compare-page.module.css";

const route = getRouteApi("/playground/compare");

/** Agents, or models of one, side by side on the same prompt. */
export function ComparePage() {
  useDocumentTitle("Compare · Flotilla");
  const may = useMay();
  return (
    <>
      <PageHeader
        title="Compare"
        above={
          <Link className="plain" to="/playground">
            Playground
          </Link>
        }
        below="The same is said to each; which answer is better is kept as feedback."
        actions={
          <LinkButton variant="default" to="/playground" search={{}}>
            Back to one conversation
          </LinkButton>
        }
      />
      {may("agents.run") ? <Columns /> : <NotAllowed permission="agents.run" />}
    </>
  );
}

function Columns() {
  const { columns = [{}, {}] } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (next: Column[]) =>
    void navigate({ search: (old) => ({ ...old, columns: next }), replace: true });
  const { answers, noteAnswer, shown, isAnswering, say, stop, pick } = useComparison(columns, show);
  const canPick = shown.length > 1 && shown.length === columns.length && !isAnswering;
  const box = useRef<HTMLDivElement>(null);
  useKeptFocus(box, () => box.current?.querySelector<HTMLElement>("[data-part=next] textarea"));
  return (
    <div ref={box} className={styles["page"]}>
      <div className={styles["columns"]} data-count={columns.length}>
        {columns.map((column, index) => {
          const answer = column.thread ? answers.get(column.thread) : undefined;
          return (
            <CompareColumn
              key={column.thread ?? `new ${index}`}
              column={column}
              place={index + 1}
              onChange={(next) => show(columns.with(index, next))}
              onRemove={columns.length > 2 ? () => show(columns.toSpliced(index, 1)) : undefined}
              onAnswer={noteAnswer}
              onPick={canPick && answer ? () => pick.mutate(answer.run) : undefined}
            />
          );
        })}
      </div>
      <div data-part="next" className={styles["next"]}>
        <Composer
          label="Say the same to each"
          blocked={blockedBy(columns, isAnswering)}
          isSending={say.isPending}
          onSend={(said) => say.mutateAsync(said)}
          onStop={isAnswering ? () => stop.mutate() : undefined}
        >
          <Group gap={6}>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconPlus size={13} />}
              disabled={columns.length >= mostColumns}
              onClick={() => show([...columns, { agent: columns.at(-1)?.agent }])}
            >
              Add a column
            </Button>
          </Group>
        </Composer>
        {shown.length === 0 && (
          <Text size="xs" c="dimmed" ta="center" mt={6}>
            Choose who answers in each column: other agents, or one agent on other models.
          </Text>
        )}
      </div>
    </div>
  );
}

function blockedBy(columns: readonly Column[], isAnswering: boolean): string | null {
  if (isAnswering) return "The answers are still being made.";
  return columns.every(({ agent }) => agent !== undefined)
    ? null
    : "Choose an agent for each column first.";
}
