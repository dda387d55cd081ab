import type { ComparedStep, RunComparison } from "@flotilla/core";
import { Switch } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { formatPlural } from "../../components/count.tsx";
import { Empty } from "../../components/empty.tsx";
import { Section } from "../../components/section.tsx";
import { StepDifference } from "./step-difference.tsx";
import { StepWords } from "./step-words.tsx";
import styles from "./comparison-steps.module.css";

const route = getRouteApi("/runs/$runId/compare/$otherId");

/** The steps of both runs, aligned: what is the same stands side by side. */
export function ComparisonSteps({ comparison: { steps, counts } }: { comparison: RunComparison }) {
  const { only } = route.useSearch();
  const navigate = route.useNavigate();
  const rows = steps.map((step, index) => ({ step, index }));
  const first = steps.findIndex(({ change }) => change !== "same");
  const shown = only ? rows.filter(({ step }) => step.change !== "same") : rows;
  return (
    <Section
      title="Steps"
      aside={
        <span className={styles["counts"]}>
          {formatPlural(counts.same, "step")} the same, {counts.changed} changed, {counts.removed}{" "}
          only in A, {counts.added} only in B
          <Switch
            size="xs"
            label="Only differences"
            checked={only === true}
            onChange={(event) => {
              const wants = event.currentTarget.checked;
              void navigate({ search: (old) => ({ ...old, only: wants || undefined }) });
            }}
          />
        </span>
      }
    >
      {shown.length === 0 ? (
        <Empty title="No differences">Both runs took the same steps with the same results.</Empty>
      ) : (
        <>
          <div className={styles["head"]} aria-hidden>
            <span />
            <span>A</span>
            <span>B</span>
            <span>Difference</span>
          </div>
          <ol className={styles["list"]}>
            {shown.map(({ step, index }) => (
              <StepRow key={index} step={step} isFirst={index === first} />
            ))}
          </ol>
        </>
      )}
    </Section>
  );
}

const changeWords = { same: "same", changed: "changed", added: "only in B", removed: "only in A" };
const tones = { same: undefined, changed: "waiting", added: "completed", removed: "failed" };

/** @param isFirst it is where the runs part: that is shown at once */
function StepRow({ step, isFirst }: { step: ComparedStep; isFirst: boolean }) {
  const [isOpen, setOpen] = useState(isFirst);
  const { change, differs, a, b } = step;
  return (
    <li className={styles["item"]} data-tone={tones[change]} data-change={change}>
      <button
        type="button"
        className={styles["row"]}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <IconChevronRight size={14} className={styles["chevron"]} aria-hidden />
        <StepWords step={a} />
        <StepWords step={b} />
        <span className={styles["change"]}>
          {changeWords[change]}
          {differs.length > 0 && <span className="dimmed"> · {differs.join(", ")}</span>}
          {isFirst && <span className="dimmed"> · the first difference</span>}
        </span>
      </button>
      {isOpen && <StepDifference step={step} />}
    </li>
  );
}
