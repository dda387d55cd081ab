import type { ToolCalled, ToolItem } from "@flotilla/api";
import type { Json, JsonObject } from "@flotilla/core";
import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonField } from "../../components/json-field.tsx";
import { Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { defaultsOf, fieldsOf, replyOf } from "../interrupt/schema-field.ts";
import { SchemaForm } from "../interrupt/schema-form.tsx";
import { CallResult } from "./call-result.tsx";
import { toolUsageQuery } from "./tool-queries.ts";
import { riskWords } from "./tool-words.ts";
import styles from "./try-panel.module.css";

const forReal = "The call is made for real.";

/** One call by hand: it is made for real, in the name of who makes it, and belongs to no run. */
export function TryPanel({ tool }: { tool: ToolItem }) {
  const input = useInput(tool.input);
  const { call, cancel, isCancelled } = useCall(tool.name);
  const make = () => {
    if (input.value !== undefined && !call.isPending) call.mutate(input.value);
  };
  return (
    <Section title="Try it" aside={tool.risk === "write" && forReal}>
      <form
        className={styles["form"]}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          make();
        }}
      >
        <Stack
          gap="md"
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) make();
          }}
        >
          <InputFields tool={tool} input={input} />
          <Group gap="xs">
            <Button
              type="submit"
              leftSection={<IconPlayerPlay size={14} aria-hidden />}
              disabled={input.value === undefined}
              loading={call.isPending}
              title="Ctrl Enter"
            >
              Call it
            </Button>
            {call.isPending && (
              <Button variant="default" onClick={cancel}>
                Cancel
              </Button>
            )}
            {(tool.risk === "outbound" || tool.risk === "destructive") && (
              <Text size="sm" data-tone="failed" c="var(--tone-text)">
                {forReal} {riskWords[tool.risk]}
              </Text>
            )}
          </Group>
        </Stack>
      </form>
      <div className={styles["result"]} aria-live="polite">
        {call.error && !isCancelled && <ErrorPanel error={call.error} />}
        {call.error && isCancelled && (
          <Text size="sm" c="dimmed">
            Cancelled. What the call has done until then stays done.
          </Text>
        )}
        {call.data && <CallResult called={call.data} />}
      </div>
    </Section>
  );
}

interface Input {
  /** undefined while it is not complete. */
  value: JsonObject | undefined;
  isText: boolean;
  /** Rises whenever the fields are filled anew. */
  filled: number;
  /** What they are filled with. */
  initial: Json | undefined;
  change: (value: Json | undefined) => void;
  fill: (initial: Json) => void;
  show: (isText: boolean) => void;
}

/** What a call is made with, as fields or as text; each shows what the other has. */
function useInput(schema: JsonObject): Input {
  const [value, setValue] = useState(() => replyOf(fieldsOf(schema), defaultsOf(schema)));
  const [isText, setText] = useState(false);
  const [{ filled, initial }, setInitial] = useState<Pick<Input, "filled" | "initial">>({
    filled: 0,
    initial: undefined,
  });
  const fill = (next: Json | undefined) => setInitial({ filled: filled + 1, initial: next });
  return {
    value: isObject(value) ? value : undefined,
    ...{ isText, filled, initial, change: setValue },
    fill: (next) => {
      setValue(next);
      fill(next);
    },
    show: (next) => {
      setText(next);
      fill(value);
    },
  };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function useCall(name: string) {
  const cache = useQueryClient();
  const controller = useRef<AbortController>(null);
  const [isCancelled, setCancelled] = useState(false);
  const call = useMutation<ToolCalled, Error, JsonObject>({
    mutationFn: (input) => {
      controller.current = new AbortController();
      setCancelled(false);
      return client.tools.call(name, { input }, controller.current.signal);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: toolUsageQuery.queryKey }),
  });
  const cancel = () => {
    setCancelled(true);
    controller.current?.abort();
  };
  return { call, cancel, isCancelled };
}

function InputFields({ tool, input }: { tool: ToolItem; input: Input }) {
  const examples = tool.examples ?? [];
  return (
    <>
      <Group gap="xs" justify="space-between">
        <Group gap={6}>
          {examples.map((example, number) => (
            <Button
              key={JSON.stringify(example.input)}
              size="compact-xs"
              variant="default"
              title={JSON.stringify(example.input)}
              onClick={() => input.fill(example.input)}
            >
              {examples.length === 1 ? "Fill in the example" : `Example ${number + 1}`}
            </Button>
          ))}
        </Group>
        <SegmentedControl
          size="xs"
          aria-label="How the input is written"
          data={["Fields", "JSON"]}
          value={input.isText ? "JSON" : "Fields"}
          onChange={(next) => input.show(next === "JSON")}
        />
      </Group>
      {input.isText ? (
        <JsonField
          key={input.filled}
          label="Input, as JSON"
          value={input.initial ?? {}}
          onChange={input.change}
        />
      ) : (
        <SchemaForm
          key={input.filled}
          schema={tool.input}
          initial={input.initial}
          onChange={input.change}
        />
      )}
    </>
  );
}
