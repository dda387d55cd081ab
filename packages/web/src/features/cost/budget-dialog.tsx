import {
  budgetLevelSchema,
  budgetPeriodSchema,
  type Budget,
  type BudgetLevel,
} from "@flotilla/core";
import type { BudgetSet } from "@flotilla/api";
import {
  Button,
  Group,
  Modal,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { budgetsQuery } from "./cost-queries.ts";

interface BudgetDialogProps {
  /** null: closed. */
  editing: Budget | "new" | null;
  onClose: () => void;
}

export function BudgetDialog({ editing, onClose }: BudgetDialogProps) {
  const isNew = editing === "new";
  return (
    <Modal
      opened={editing !== null}
      onClose={onClose}
      title={isNew ? "Set a budget" : "Change the budget"}
    >
      {editing !== null && <BudgetForm budget={isNew ? null : editing} onDone={onClose} />}
    </Modal>
  );
}

const levels: { value: BudgetLevel; label: string }[] = [
  { value: "organisation", label: "Organisation" },
  { value: "user", label: "User" },
  { value: "agent", label: "Agent" },
  { value: "model", label: "Model" },
];
const usual: BudgetSet = { level: "organisation", name: "", period: "month", limitUsd: 100 };

function BudgetForm({ budget, onDone }: { budget: Budget | null; onDone: () => void }) {
  const [given, setGiven] = useState<BudgetSet>(budget ? settingsOf(budget) : usual);
  const cache = useQueryClient();
  const done = async () => {
    await cache.invalidateQueries({ queryKey: budgetsQuery.queryKey });
    onDone();
  };
  const save = useMutation({ mutationFn: () => client.budgets.set(given), onSuccess: done });
  const remove = useMutation({
    mutationFn: (id: string) => client.budgets.remove(id),
    onSuccess: done,
  });
  const error = save.error ?? remove.error;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <BudgetScopeFields value={given} onChange={setGiven} isFixed={budget !== null} />
        <BudgetLimitFields value={given} onChange={setGiven} />
        {error && <ErrorPanel error={error} />}
        <Group justify="space-between">
          {budget ? (
            <Button
              variant="default"
              loading={remove.isPending}
              onClick={() => remove.mutate(budget.id)}
            >
              Remove
            </Button>
          ) : (
            <span />
          )}
          <Button type="submit" loading={save.isPending} disabled={given.name.trim() === ""}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface BudgetFieldsProps {
  value: BudgetSet;
  onChange: (value: BudgetSet) => void;
}

/** Whose spending it bounds; that is what a budget is known by, so it does not change. */
function BudgetScopeFields({ value, onChange, isFixed }: BudgetFieldsProps & { isFixed: boolean }) {
  const { level } = value;
  return (
    <>
      <SimpleGrid cols={2}>
        <Select
          label="Scope"
          data={levels}
          allowDeselect={false}
          disabled={isFixed}
          value={level}
          onChange={(next) => onChange({ ...value, level: budgetLevelSchema.parse(next) })}
        />
        <TextInput
          label="Name"
          placeholder={level === "model" ? "provider/model" : `Of the ${level}`}
          disabled={isFixed}
          data-autofocus={!isFixed || undefined}
          value={value.name}
          onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
        />
      </SimpleGrid>
      {level !== "organisation" && (
        <TextInput
          label="Organisation"
          placeholder={level === "user" ? "default" : "Any"}
          disabled={isFixed}
          value={value.organisation ?? ""}
          onChange={(event) =>
            onChange({ ...value, organisation: event.currentTarget.value || undefined })
          }
        />
      )}
      <Select
        label="Period"
        data={[
          { value: "day", label: "A day (UTC)" },
          { value: "month", label: "A month (UTC)" },
          { value: "total", label: "All time" },
        ]}
        allowDeselect={false}
        disabled={isFixed}
        value={value.period ?? "month"}
        onChange={(next) => onChange({ ...value, period: budgetPeriodSchema.parse(next) })}
      />
    </>
  );
}

function BudgetLimitFields({ value, onChange }: BudgetFieldsProps) {
  return (
    <>
      <SimpleGrid cols={2}>
        <NumberInput
          label="Limit"
          description="Calls are refused once it is spent"
          inputWrapperOrder={["label", "input", "description"]}
          prefix="$"
          min={0.01}
          decimalScale={6}
          value={value.limitUsd}
          onChange={(next) => onChange({ ...value, limitUsd: Number(next) || 0.01 })}
        />
        <NumberInput
          label="Alert at"
          description="You are told once so much is spent"
          inputWrapperOrder={["label", "input", "description"]}
          suffix="%"
          min={1}
          max={100}
          allowDecimal={false}
          clampBehavior="strict"
          value={value.alertPercent ?? 80}
          onChange={(next) => onChange({ ...value, alertPercent: Number(next) || 80 })}
        />
      </SimpleGrid>
      <Switch
        size="xs"
        label="Refuse calls whose price is unknown"
        description="Otherwise they are let through, and not counted."
        checked={value.strict ?? false}
        onChange={(event) => onChange({ ...value, strict: event.currentTarget.checked })}
      />
    </>
  );
}

function settingsOf(budget: Budget): BudgetSet {
  const { level, name, organisation, period, limitMicros, alertPercent, strict } = budget;
  const limitUsd = limitMicros / 1_000_000;
  return { level, name, organisation, period, limitUsd, alertPercent, strict };
}
