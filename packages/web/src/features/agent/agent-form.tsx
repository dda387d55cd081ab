import { Accordion, Text } from "@mantine/core";
import { useState } from "react";
import { formatPlural } from "../../components/count.tsx";
import { problemsAt, valueAt } from "./agent-draft.ts";
import { formParts, type FormPart } from "./agent-schema.ts";
import { SpecFields } from "./spec-fields.tsx";
import type { DraftEdit } from "./use-agent-draft.ts";

/** What every agent has. */
const always = new Set(["model-and-instructions", "tools"]);

/** A definition as fields, made from its schema. Parts that say something are open at first. */
export function AgentForm({ edit }: { edit: DraftEdit }) {
  const [open, setOpen] = useState(() =>
    formParts
      .filter((part) => always.has(part.id) || saysSomething(part, edit))
      .map(({ id }) => id),
  );
  if (edit.draft.value === null) {
    return (
      <Text size="sm" c="dimmed" p="md" role="status">
        The text beside is not YAML at the moment. Once it is, its fields are here again.
      </Text>
    );
  }
  return (
    <Accordion multiple value={open} onChange={setOpen} variant="contained" chevronPosition="left">
      {formParts.map((part) => (
        <Accordion.Item key={part.id} value={part.id}>
          <Accordion.Control>
            <PartTitle part={part} edit={edit} />
          </Accordion.Control>
          <Accordion.Panel>
            {open.includes(part.id) && <SpecFields fields={part.fields} edit={edit} />}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function saysSomething({ fields }: FormPart, { draft }: DraftEdit): boolean {
  return fields.some(({ path }) => valueAt(draft, path) !== undefined);
}

function PartTitle({ part, edit }: { part: FormPart; edit: DraftEdit }) {
  const tops = [...new Set(part.fields.map(({ path }) => path[0] ?? ""))];
  const count = tops.flatMap((top) => problemsAt(edit.problems, [top])).length;
  return (
    <>
      <Text span size="sm" fw={600}>
        {part.title}
      </Text>
      {count > 0 && (
        <Text span size="xs" ml={8} c="var(--failed-text)">
          {formatPlural(count, "problem")}
        </Text>
      )}
    </>
  );
}
