import type { ForkPlace, Run } from "@flotilla/core";
import { Button } from "@mantine/core";
import { IconGitFork } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../../data/me.ts";

const ForkDialog = lazy(async () => ({ default: (await import("./fork-dialog.tsx")).ForkDialog }));

interface ForkButtonProps {
  run: Run;
  at: ForkPlace;
  label: string;
}

/** Begins a fork at a place of the run. */
export function ForkButton({ run, at, label }: ForkButtonProps) {
  const may = useMay();
  const [asks, setAsks] = useState(false);
  if (!may("agents.run")) return null;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconGitFork size={13} />}
        onClick={() => setAsks(true)}
      >
        {label}
      </Button>
      {asks && (
        <Suspense>
          <ForkDialog run={run} at={at} onClose={() => setAsks(false)} />
        </Suspense>
      )}
    </>
  );
}
