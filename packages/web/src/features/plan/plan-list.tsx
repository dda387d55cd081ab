import type { PlanStep } from "@flotilla/core";
import { ActionIcon, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import type { StepChange } from "./plan-changes.ts";
import { isOpenStep } from "./plan-draft.ts";
import type { PlanShapeProps } from "./plan-shape.ts";
import { changeLooks, PlanStepIcon, UseIcon, doerOf } from "./plan-words.tsx";
import styles from "./plan-list.module.css";

/** The plan as a list: all that the graph shows and does, by keyboard and screen reader. */
export function PlanList(props: PlanShapeProps) {
  const { steps, changes, problems, selected, onSelect, actions } = props;
  return (
    <ol className={styles["list"]} aria-label="Steps of the plan">
      {steps.map((step, index) => (
        <li key={step.id} className={styles["item"]} data-selected={step.id === selected}>
          <UnstyledButton
            className={styles["step"]}
            aria-current={step.id === selected ? "step" : undefined}
            onClick={() => onSelect(step.id)}
          >
            <PlanStepIcon status={step.status} />
            <span className={styles["words"]}>
              <span className={styles["title"]}>
                <b>{step.id}</b>
                <span className="dimmed">{step.status}</span>
                <Change change={changes.get(step.id)} />
              </span>
              <span className={styles["intent"]}>{step.intent || "Says nothing yet"}</span>
              <span className={styles["foot"]}>
                <UseIcon uses={step.uses} /> {doerOf(step.uses)}
                {step.dependsOn.length > 0 && ` · after ${step.dependsOn.join(", ")}`}
              </span>
              {problems.get(step.id)?.map((problem) => (
                <span key={problem} className={styles["problem"]}>
                  {problem}
                </span>
              ))}
            </span>
          </UnstyledButton>
          {actions && changes.get(step.id) !== "removed" && (
            <StepActions
              step={step}
              isFirst={index === 0}
              isLast={index === steps.length - 1}
              actions={actions}
              onSelect={onSelect}
            />
          )}
        </li>
      ))}
    </ol>
  );
}

function Change({ change }: { change: StepChange | undefined }) {
  if (!change) return null;
  const [word, tone] = changeLooks[change];
  return (
    <span className={styles["change"]} data-tone={tone}>
      {word}
    </span>
  );
}

interface StepActionsProps {
  step: PlanStep;
  actions: NonNullable<PlanShapeProps["actions"]>;
  onSelect: (id: string) => void;
  isFirst: boolean;
  isLast: boolean;
}

function StepActions({ step, isFirst, isLast, actions, onSelect }: StepActionsProps) {
  const { id } = step;
  const { move, remove, add } = actions;
  const buttons = [
    { label: `Move ${id} up`, Icon: IconArrowUp, off: isFirst, act: () => move(id, -1) },
    { label: `Move ${id} down`, Icon: IconArrowDown, off: isLast, act: () => move(id, 1) },
    { label: `Add a step after ${id}`, Icon: IconPlus, off: false, act: () => onSelect(add(id)) },
    { label: `Remove ${id}`, Icon: IconTrash, off: !isOpenStep(step), act: () => remove(id) },
  ];
  return (
    <div className={styles["actions"]}>
      {buttons.map(({ label, Icon, off, act }) => (
        <Tooltip key={label} label={label}>
          <ActionIcon size="sm" aria-label={label} disabled={off} onClick={act}>
            <Icon size={14} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      ))}
    </div>
  );
}
