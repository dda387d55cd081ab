import { Button, CloseButton, Group, Menu, Popover, TextInput } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconHistory, IconSearch } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { shortId } from "../../components/copy-id.tsx";
import { StatusFilter } from "../../components/status-filter.tsx";
import { AgentSelect } from "../agent/agent-select.tsx";
import { RunFilterForm } from "./run-filter-form.tsx";
import { filterNames, filterParts, type RunFilter } from "./run-search.ts";
import { useRecentFilters } from "./use-recent-filters.ts";
import styles from "./run-filter-bar.module.css";

interface RunFilterBarProps {
  filter: RunFilter;
  /** What is undefined in it goes. */
  onChange: (change: RunFilter) => void;
  /** What else stands at its end. */
  children?: ReactNode;
}

/** Those have fields of their own. */
const inBar = new Set<keyof RunFilter>(["status", "agent", "text"]);
const nothing = Object.fromEntries(
  Object.keys(filterNames).map((name) => [name, undefined]),
) as RunFilter;

/** Which runs are shown. */
export function RunFilterBar({ filter, onChange, children }: RunFilterBarProps) {
  const { status, agent } = filter;
  const parts = filterParts(filter).filter((name) => !inBar.has(name));
  return (
    <>
      <Group gap="sm" mb="xs" justify="space-between">
        <StatusFilter value={status} onChange={(next) => onChange({ status: next })} />
        <Group gap="xs">
          <RecentFilters filter={filter} onChange={(next) => onChange({ ...nothing, ...next })} />
          {children}
        </Group>
      </Group>
      <Group gap="xs" mb="md">
        <TextFilter
          key={filter.text ?? ""}
          text={filter.text}
          onChange={(text) => onChange({ text })}
        />
        <AgentSelect
          aria-label="Agent"
          placeholder="All agents"
          classNames={{ input: "standing" }}
          size="xs"
          w={180}
          clearable
          value={agent ?? null}
          onChange={(name) => onChange({ agent: name ?? undefined, version: undefined })}
        />
        <MoreFilters filter={filter} onChange={onChange} />
        {parts.map((name) => (
          <span key={name} className={styles["part"]}>
            {partWords(filter, name)}
            <CloseButton
              size="xs"
              aria-label={`Remove ${filterNames[name]}`}
              onClick={() => onChange({ [name]: undefined })}
            />
          </span>
        ))}
        {filterParts(filter).length > 0 && (
          <Button size="compact-xs" variant="subtle" onClick={() => onChange(nothing)}>
            Clear
          </Button>
        )}
      </Group>
    </>
  );
}

/** Looks up once the reader has stopped: at Enter, or when the field is left. */
function TextFilter(props: { text: string | undefined; onChange: (text?: string) => void }) {
  const { text = "", onChange } = props;
  const [draft, setDraft] = useState(text);
  const apply = (next: string) => next.trim() !== text && onChange(next.trim() || undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        apply(draft);
      }}
    >
      <TextInput
        size="xs"
        w={240}
        aria-label="Input has"
        placeholder="Words of the input"
        maxLength={200}
        leftSection={<IconSearch size={13} aria-hidden />}
        rightSection={
          draft !== "" && (
            <CloseButton
              size="xs"
              aria-label="Clear the words"
              onClick={() => {
                setDraft("");
                apply("");
              }}
            />
          )
        }
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => apply(draft)}
      />
    </form>
  );
}

function MoreFilters({ filter, onChange }: Pick<RunFilterBarProps, "filter" | "onChange">) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" trapFocus width={320}>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconAdjustmentsHorizontal size={14} />}
          onClick={() => setOpen(!isOpen)}
        >
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <RunFilterForm
          filter={filter}
          onApply={(change) => {
            setOpen(false);
            onChange(change);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

/** What was looked at before, on this machine. */
function RecentFilters({ filter, onChange }: Pick<RunFilterBarProps, "filter" | "onChange">) {
  const recent = useRecentFilters(filter);
  if (recent.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconHistory size={14} />}>
          Recent
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {recent.map((one) => (
          <Menu.Item key={JSON.stringify(one)} onClick={() => onChange(one)}>
            {filterParts(one)
              .map((name) => partWords(one, name))
              .join(" · ")}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function partWords(filter: RunFilter, name: keyof RunFilter): string {
  const value = filter[name];
  const title = filterNames[name];
  if (value === true) return title;
  if (name === "least" || name === "most") return `${title} $${value}`;
  if (name === "batch") return `${title} ${shortId(String(value))}`;
  if (name === "error") return `${title} ${String(value).slice(0, 8)}`;
  if (name === "until" || (name === "since" && String(value).includes("T"))) {
    return `${title} ${new Date(String(value)).toLocaleString()}`;
  }
  return name === "since" ? `last ${value}` : `${title} ${value}`;
}
