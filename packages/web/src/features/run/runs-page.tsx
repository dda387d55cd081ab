import { Button } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconPlayerPlay } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { PageHeader } from "../../components/page-header.tsx";
import { useMay } from "../../data/me.ts";
import { ColumnMenu } from "./column-menu.tsx";
import { usualColumns, type RunColumn } from "./run-columns.tsx";
import { RunFilterBar } from "./run-filter-bar.tsx";
import { RunList } from "./run-list.tsx";
import { runFilterSchema, type RunFilter } from "./run-search.ts";
import { StartRunDialog } from "./start-run-dialog.tsx";

const route = getRouteApi("/runs");

export function RunsPage() {
  const { start, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  const mayRun = useMay()("agents.run");
  const text = JSON.stringify(runFilterSchema.parse(search));
  const filter = useMemo(() => JSON.parse(text) as RunFilter, [text]);
  const [columns, setColumns] = useLocalStorage<RunColumn[]>({
    key: "flotilla.runs.columns",
    defaultValue: usualColumns,
  });
  const open = (agent: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, start: agent }), replace: agent === undefined });
  return (
    <>
      <PageHeader
        title="Runs"
        actions={
          mayRun && (
            <Button
              leftSection={<IconPlayerPlay size={14} />}
              onClick={() => open(filter.agent ?? "")}
            >
              Start a run
            </Button>
          )
        }
      />
      <RunFilterBar
        filter={filter}
        onChange={(change) =>
          void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
        }
      >
        <ColumnMenu chosen={columns} onChange={setColumns} />
      </RunFilterBar>
      <RunList key={text} filter={filter} columns={columns} />
      <StartRunDialog agent={mayRun ? start : undefined} onClose={() => open(undefined)} />
    </>
  );
}
