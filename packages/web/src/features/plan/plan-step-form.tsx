import type { PlanStep } from "@flotilla/core";
import {
  ActionIcon,
  MultiSelect,
  NumberInput,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { CheckFields } from "./check-fields.tsx";
import { JsonField } from "../../components/json-field.tsx";
import type { StepChanges } from "./plan-draft.ts";
import { DoerFields } from "./doer-fields.tsx";
import styles from "./plan-step-detail.module.css";

interface PlanStepFormProps {
  step: PlanStep;
  steps: readonly PlanStep[];
  problems: readonly string[];
  /** Nobody has seen it yet, so it may still be named otherwise. */
  isNew: boolean;
  onChange: (changes: StepChanges) => void;
  onRename: (id: string) => void;
  onClose: () => void;
}

/** The fields of one step of a plan. What is typed is in the draft at once. */
export function PlanStepForm(props: PlanStepFormProps) {
  const { step, steps, problems, isNew, onChange, onRename, onClose } = props;
  return (
    <section className={styles["detail"]} aria-label={`Edit step ${step.id}`}>
      <header className={styles["head"]}>
        <h2 className={styles["title"]}>{step.id}</h2>
        <ActionIcon ml="auto" size="sm" aria-label="Close the step" onClick={onClose}>
          <IconX size={14} />
        </ActionIcon>
      </header>
      {problems.length > 0 && (
        <Text size="sm" c="var(--failed-text)" role="alert">
          {problems.join("; ")}
        </Text>
      )}
      <Stack gap="sm">
        {isNew && (
          <TextInput
            label="Name"
            description="a–z, 0–9, _ and -"
            value={step.id}
            onChange={(event) => onRename(event.currentTarget.value)}
          />
        )}
        <Textarea
          label="What is to be done"
          autosize
          minRows={2}
          maxRows={8}
          value={step.intent}
          onChange={(event) => onChange({ intent: event.currentTarget.value })}
        />
        <MultiSelect
          label="After"
          description="It begins when these are done, and is given their results."
          data={steps.filter(({ id }) => id !== step.id).map(({ id }) => id)}
          value={step.dependsOn}
          onChange={(dependsOn) => onChange({ dependsOn })}
        />
        <DoerFields uses={step.uses} onChange={(uses) => onChange({ uses })} />
        {step.uses.kind !== "tool" && (
          <JsonField
            label="Inputs, as JSON"
            value={step.inputs}
            onChange={(inputs) => onChange({ inputs: inputs as StepChanges["inputs"] & object })}
          />
        )}
        <BudgetField micros={step.budgetMicros} onChange={onChange} />
        <CheckFields check={step.check} onChange={(check) => onChange({ check })} />
      </Stack>
    </section>
  );
}

interface BudgetFieldProps {
  micros: number | undefined;
  onChange: (changes: StepChanges) => void;
}

function BudgetField({ micros, onChange }: BudgetFieldProps) {
  return (
    <NumberInput
      label="May cost at most, in USD"
      placeholder="no limit of its own"
      min={0}
      decimalScale={6}
      value={micros === undefined ? "" : micros / 1e6}
      onChange={(usd) =>
        onChange({
          budgetMicros: typeof usd === "number" && usd > 0 ? Math.round(usd * 1e6) : undefined,
        })
      }
    />
  );
}
