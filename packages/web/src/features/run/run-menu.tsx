import { isTerminal, type Run } from "@flotilla/core";
import { ActionIcon, Menu } from "@mantine/core";
import { IconColumns2, IconDots, IconGitFork, IconMessage } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../../data/me.ts";

const CompareDialog = lazy(async () => ({
  default: (await import("../comparison/compare-dialog.tsx")).CompareDialog,
}));

const SayDialog = lazy(async () => ({
  default: (await import("../steering/say-dialog.tsx")).SayDialog,
}));

const ForkDialog = lazy(async () => ({
  default: (await import("../fork/fork-dialog.tsx")).ForkDialog,
}));

/** What is done with a run now and then. */
export function RunMenu({ run }: { run: Run }) {
  const [asks, setAsks] = useState<"compare" | "fork" | "say" | null>(null);
  const may = useMay();
  return (
    <>
      <Menu position="bottom-end" withinPortal={false}>
        <Menu.Target>
          <ActionIcon size={30} variant="default" aria-label="More actions">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {may("runs.steer") && !isTerminal(run.status) && (
            <Menu.Item leftSection={<IconMessage size={14} />} onClick={() => setAsks("say")}>
              Say something to it…
            </Menu.Item>
          )}
          {may("agents.run") && (
            <Menu.Item leftSection={<IconGitFork size={14} />} onClick={() => setAsks("fork")}>
              Fork it, from its start…
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconColumns2 size={14} />} onClick={() => setAsks("compare")}>
            Compare with another run…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asks === "say" && (
        <Suspense>
          <SayDialog runId={run.runId} onClose={() => setAsks(null)} />
        </Suspense>
      )}
      {asks === "fork" && (
        <Suspense>
          <ForkDialog run={run} at="start" onClose={() => setAsks(null)} />
        </Suspense>
      )}
      {asks === "compare" && (
        <Suspense>
          <CompareDialog run={run} opened onClose={() => setAsks(null)} />
        </Suspense>
      )}
    </>
  );
}
