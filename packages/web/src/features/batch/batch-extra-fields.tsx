import { organisationSchema, userSchema } from "@flotilla/core";
import { Button, Collapse, NumberInput, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useId } from "react";

/** For whom a batch runs and how long it may take; said once, when it is created. */
export interface BatchExtra {
  /** Empty: the default one. */
  organisation: string;
  /** Empty: nobody in particular. */
  user: string;
  /** null: as soon as possible. */
  economyHours: number | null;
}

export const noBatchExtra: BatchExtra = { organisation: "", user: "", economyHours: null };

/** Two hours more than the day that providers take. */
const usualHours = 26;

interface BatchExtraFieldsProps {
  value: BatchExtra;
  onChange: (extra: BatchExtra) => void;
}

/** What most batches do not need, folded away. */
export function BatchExtraFields({ value, onChange }: BatchExtraFieldsProps) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const id = useId();
  const Icon = isOpen ? IconChevronDown : IconChevronRight;
  const problems = extraProblems(value);
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        leftSection={<Icon size={14} aria-hidden />}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={toggle}
      >
        Organisation, user and deadline
      </Button>
      <Collapse id={id} expanded={isOpen}>
        <Stack gap="md" pt="sm">
          <EconomyFields value={value} onChange={onChange} />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label="Organisation"
              placeholder="default"
              description="Shares capacity, cache and budgets"
              inputWrapperOrder={["label", "input", "description", "error"]}
              error={problems.organisation}
              value={value.organisation}
              onChange={(event) => onChange({ ...value, organisation: event.currentTarget.value })}
            />
            <TextInput
              label="User"
              placeholder="Nobody in particular"
              description="Costs and budgets are kept by it"
              inputWrapperOrder={["label", "input", "description", "error"]}
              error={problems.user}
              value={value.user}
              onChange={(event) => onChange({ ...value, user: event.currentTarget.value })}
            />
          </SimpleGrid>
        </Stack>
      </Collapse>
    </div>
  );
}

function EconomyFields({ value, onChange }: BatchExtraFieldsProps) {
  const { economyHours } = value;
  return (
    <>
      <Switch
        size="xs"
        label="Economy: rows may wait for the provider's batch endpoint"
        description="About half the price, for agents without tools; what it has not answered in time is asked the usual way."
        checked={economyHours !== null}
        onChange={(event) =>
          onChange({ ...value, economyHours: event.currentTarget.checked ? usualHours : null })
        }
      />
      {economyHours !== null && (
        <NumberInput
          label="Every row is answered within"
          suffix=" hours"
          w={200}
          min={0.01}
          max={168}
          clampBehavior="strict"
          value={economyHours}
          onChange={(given) => onChange({ ...value, economyHours: Number(given) || usualHours })}
        />
      )}
    </>
  );
}

/** Why what was typed cannot be taken; undefined where it can. */
export function extraProblems({ organisation, user }: BatchExtra) {
  const problemOf = (schema: typeof userSchema, given: string) =>
    given === "" ? undefined : schema.safeParse(given).error?.issues[0]?.message;
  return {
    organisation: problemOf(organisationSchema, organisation),
    user: problemOf(userSchema, user),
  };
}

/** As the API takes it: what is not said is left out. */
export function extraSettings({ organisation, user, economyHours }: BatchExtra) {
  return {
    ...(organisation && { organisation }),
    ...(user && { user }),
    ...(economyHours !== null && { economyHours }),
  };
}
