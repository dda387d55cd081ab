import type { Budget } from "@flotilla/core";
import { Button, Skeleton, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatTime } from "../../components/time-words.ts";
import { useMemberNames } from "../interrupt/use-member-names.ts";
import { Cost, formatCost } from "../../components/cost.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Line, Section } from "../../components/section.tsx";
import { Meter } from "../../components/meter.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { useMay } from "../../data/me.ts";
import { BudgetDialog } from "./budget-dialog.tsx";
import { budgetsQuery } from "./cost-queries.ts";
import { spentPercent } from "./spent-percent.ts";
import styles from "./budget-list.module.css";

const tones = { ok: "completed", alert: "waiting", spent: "failed" } as const;
const periodWords = { day: "a day", month: "a month", total: "in all" };

/** What may be spent, by whom, and how much of it is. */
export function BudgetList() {
  const { data, error, refetch } = useQuery(budgetsQuery);
  const mayWrite = useMay()("budgets.write");
  const [editing, setEditing] = useState<Budget | "new" | null>(null);
  return (
    <Section
      title="Budgets"
      aside={
        mayWrite && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={12} aria-hidden />}
            onClick={() => setEditing("new")}
          >
            Set a budget
          </Button>
        )
      }
    >
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={88} radius={0} />}
      {data?.items.length === 0 && <NoBudgets />}
      {data?.items.map((budget) => (
        <BudgetLine
          key={budget.id}
          budget={budget}
          {...(mayWrite && { onEdit: () => setEditing(budget) })}
        />
      ))}
      <BudgetDialog editing={editing} onClose={() => setEditing(null)} />
    </Section>
  );
}

function NoBudgets() {
  return (
    <Line>
      <Text size="sm" c="dimmed" py={6}>
        Nothing bounds what is spent. A budget tells you at a part of it, and refuses calls once it
        is spent: of an organisation, a user, an agent or a model, by day, month or in all.
      </Text>
    </Line>
  );
}

function BudgetLine({ budget, onEdit }: { budget: Budget; onEdit?: () => void }) {
  const { level, organisation, period, limitMicros, spentMicros, state } = budget;
  const nameOf = useMemberNames();
  const name = level === "user" ? nameOf(budget.name) : budget.name;
  const isOfOther = organisation !== null && level !== "organisation";
  return (
    <Line>
      <StatusIcon status={tones[state]} />
      <div className={styles["budget"]}>
        <div className={styles["head"]}>
          <span>
            {name}{" "}
            <span className="dimmed">
              {level}
              {isOfOther && ` of ${organisation}`}
            </span>
          </span>
          <span className="figure">
            <Cost micros={spentMicros} />{" "}
            <span className="dimmed">
              of {formatCost(limitMicros)} {periodWords[period]}
            </span>
          </span>
        </div>
        <BudgetBar budget={budget} name={name} />
        <BudgetNote budget={budget} />
      </div>
      {onEdit && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={onEdit}
          aria-label={`Change the budget of the ${level} ${name}`}
        >
          Change
        </Button>
      )}
    </Line>
  );
}

function BudgetBar({ budget, name }: { budget: Budget; name: string }) {
  const { limitMicros, spentMicros, alertPercent, state } = budget;
  return (
    <Meter
      label={`Spent of the budget of ${name}, in percent`}
      value={(100 * spentMicros) / limitMicros}
      max={100}
      tone={tones[state]}
      mark={alertPercent}
    />
  );
}

function BudgetNote({ budget }: { budget: Budget }) {
  const { alertPercent, strict, state, periodEnd } = budget;
  const notes = [
    spentPercent(budget),
    state === "spent" && "spent: calls are refused",
    `${state === "alert" ? "past the alert" : "alert"} at ${alertPercent}%`,
    strict && "calls without a known price are refused",
    periodEnd && `resets ${formatTime(periodEnd, "dayOfYear", "UTC")}`,
  ];
  return <span className={styles["note"]}>{notes.filter(Boolean).join(" · ")}</span>;
}
