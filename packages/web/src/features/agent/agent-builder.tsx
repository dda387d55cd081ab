import { SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { routesQuery } from "../model/model-queries.ts";
import { toolRulesQuery } from "../policy/policy-queries.ts";
import { AgentCanvas } from "./agent-canvas.tsx";
import {
  askedByLink,
  pictureOf,
  withAsked,
  withPartAdded,
  withPartRemoved,
  type AgentPicture,
  type ListedKind,
  type PartChange,
} from "./agent-parts.ts";
import { PartAdder } from "./part-adder.tsx";
import { PartList } from "./part-list.tsx";
import { PartSide } from "./part-side.tsx";
import type { DraftEdit } from "./use-agent-draft.ts";
import styles from "./agent-editor.module.css";

/** An agent as a picture of its parts, or the same as a list; both change the same draft as the form and the text. */
export function AgentBuilder({ edit }: { edit: DraftEdit }) {
  const [shape, setShape] = useState("canvas");
  const [selected, select] = useState<string>();
  const { data: routes } = useQuery(routesQuery);
  const { data: rules } = useQuery(toolRulesQuery);
  const { draft } = edit;
  const picture = useMemo(
    () => pictureOf(draft, { routes: routes?.items ?? [], toolRules: rules?.items ?? [] }),
    [draft, routes, rules],
  );
  const part = picture.parts.find(({ id }) => id === selected);
  const actions = actionsOn(edit, picture, select);
  if (draft.value === null) {
    return (
      <Text size="sm" c="dimmed" p="md" role="status">
        The text beside is not YAML at the moment. Once it is, the picture is here again.
      </Text>
    );
  }
  const Shape = shape === "canvas" ? AgentCanvas : PartList;
  return (
    <Stack gap="sm" miw={0}>
      <div className={styles["bar"]}>
        <PartAdder picture={picture} onAdd={actions.add} onModel={actions.setModel} />
        <SegmentedControl
          size="xs"
          aria-label="Show the parts as"
          value={shape}
          onChange={setShape}
          data={[
            { value: "canvas", label: "Picture" },
            { value: "list", label: "List" },
          ]}
        />
      </div>
      <Shape
        picture={picture}
        problems={edit.problems}
        selected={selected}
        onSelect={select}
        onRemove={actions.remove}
        onLink={actions.link}
      />
      <PartSide
        part={part}
        edit={edit}
        isAsked={picture.links.some(({ from, to }) => from === "approvals" && to === selected)}
        onAsk={(asks) => part && actions.ask(part.name, asks)}
        onRemove={() => part && actions.remove(part.id)}
      />
    </Stack>
  );
}

function actionsOn(
  { draft, set }: DraftEdit,
  picture: AgentPicture,
  select: (id: string | undefined) => void,
) {
  const change = (...changes: PartChange[]) => {
    for (const { path, value } of changes) set(path, value);
  };
  const ask = (tool: string, asks: boolean) => change(withAsked(draft, tool, asks));
  const remove = (id: string) => {
    const gone = picture.parts.find((one) => one.id === id);
    if (gone) change(...withPartRemoved(draft, gone));
    select(undefined);
  };
  return {
    ask,
    remove,
    add(kind: ListedKind, name: string) {
      change(withPartAdded(draft, kind, name));
      select(`${kind}:${name}`);
    },
    setModel(model: string) {
      set(["model"], model);
      select("model");
    },
    link(from: string, to: string, isThere: boolean) {
      const tool = askedByLink(from, to);
      if (tool !== undefined) ask(tool, isThere);
      else if (!isThere) remove(to);
    },
  };
}
