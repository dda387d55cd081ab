import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../data/me.ts";
import { toolsQuery } from "../tool/tool-queries.ts";
import { TryPanel } from "../tool/try-panel.tsx";
import { valueAt } from "./agent-draft.ts";
import { textsOf } from "./field-props.ts";
import type { DraftEdit } from "./use-agent-draft.ts";
import styles from "./draft-test.module.css";

/** One call by hand of a tool that the draft names. */
export function DraftTools({ edit }: { edit: DraftEdit }) {
  const [name, setName] = useState<string | null>(null);
  const { data } = useQuery(toolsQuery);
  const names = textsOf(valueAt(edit.draft, ["tools"]));
  const own = data?.items.filter((tool) => names.includes(tool.name) && !tool.by) ?? [];
  const tool = own.find((one) => one.name === name);
  if (!useMay()("tools.use") || own.length === 0) return null;
  return (
    <div className={styles["tool"]}>
      <Select
        size="xs"
        w={240}
        mb="sm"
        clearable
        aria-label="Try a tool"
        placeholder="Try one of its tools"
        data={own.map((one) => one.name)}
        value={tool ? tool.name : null}
        onChange={setName}
      />
      {tool && <TryPanel key={tool.name} tool={tool} />}
    </div>
  );
}
