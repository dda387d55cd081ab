import type { ToolItem } from "@flotilla/api";
import { matchesGlob } from "@flotilla/core";
import { ActionIcon, Checkbox, Select, Stack, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RiskBadge } from "../tool/tool-badges.tsx";
import { toolsQuery } from "../tool/tool-queries.ts";
import { reachWords } from "../tool/tool-words.ts";
import { valueAt } from "./agent-draft.ts";
import { commonOf, textsOf, type FieldProps } from "./field-props.ts";
import styles from "./tools-field.module.css";

/** The tools of an agent with what each can do, and whether a person is asked before its calls. */
export function ToolsField(props: FieldProps) {
  const { value, onChange } = props;
  const { data } = useQuery(toolsQuery);
  const known = new Map(data?.items.map((tool) => [tool.name, tool]));
  const chosen = textsOf(value);
  return (
    <Stack gap="xs">
      <Select
        {...commonOf(props)}
        // The title of its part stands above it and says the same.
        label={null}
        aria-label={props.field.label}
        searchable
        placeholder="Add a tool"
        nothingFoundMessage="There is no such tool."
        data={[...known.keys()].filter((name) => !chosen.includes(name))}
        filter={({ options, search }) => options.filter((one) => fits(known, one, search))}
        renderOption={({ option }) => <Option tool={known.get(option.value)} />}
        limit={80}
        value={null}
        onChange={(name) => name !== null && onChange([...chosen, name])}
        comboboxProps={{ width: 420, position: "bottom-start" }}
      />
      {chosen.length > 0 && (
        <ul className={styles["list"]} aria-label="Tools of the agent">
          {chosen.map((name) => (
            <Chosen
              key={name}
              name={name}
              tool={known.get(name)}
              edit={props.edit}
              onRemove={() => {
                const left = chosen.filter((one) => one !== name);
                onChange(left.length > 0 ? left : undefined);
              }}
            />
          ))}
        </ul>
      )}
    </Stack>
  );
}

function fits(known: ReadonlyMap<string, ToolItem>, option: object, search: string): boolean {
  const name = "value" in option ? String(option.value) : "";
  const text = `${name} ${known.get(name)?.description ?? ""}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function Option({ tool }: { tool: ToolItem | undefined }) {
  if (!tool) return null;
  return (
    <span className={styles["option"]}>
      <span className="mono">{tool.name}</span>
      <RiskBadge risk={tool.risk} />
      <span className={`${styles["about"]} truncate`}>{tool.description}</span>
    </span>
  );
}

interface ChosenProps extends Pick<FieldProps, "edit"> {
  name: string;
  tool: ToolItem | undefined;
  onRemove: () => void;
}

function Chosen({ name, tool, edit, onRemove }: ChosenProps) {
  const approvals = textsOf(valueAt(edit.draft, ["approvals"]));
  const by = approvals.find((glob) => matchesGlob(glob, name));
  const ask = (asks: boolean) => {
    const rest = approvals.filter((one) => one !== name);
    const next = asks ? [...rest, name] : rest;
    edit.set(["approvals"], next.length > 0 ? next : undefined);
  };
  return (
    <li className={styles["item"]}>
      {tool ? (
        <Link
          to="/tools/$name"
          params={{ name }}
          className="plain mono truncate"
          title={tool.description}
        >
          {name}
        </Link>
      ) : (
        <span className="mono truncate">{name}</span>
      )}
      <span className={styles["risk"]}>{tool && <RiskBadge risk={tool.risk} />}</span>
      <Text
        span
        size="xs"
        c="dimmed"
        className={styles["reach"]}
        title={tool && reachWords[tool.reach]}
      >
        {tool?.reach}
      </Text>
      <Checkbox
        size="xs"
        label="asks first"
        aria-label={`Ask before ${name}`}
        checked={by !== undefined}
        // A pattern that is about others as well is changed where it stands.
        disabled={by !== undefined && by !== name}
        title={by !== undefined && by !== name ? `By the pattern ${by}` : undefined}
        onChange={(event) => ask(event.currentTarget.checked)}
      />
      <ActionIcon size="sm" aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconX size={14} />
      </ActionIcon>
    </li>
  );
}
