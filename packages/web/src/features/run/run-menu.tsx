import type { Run } from "@flotilla/core";
import { ActionIcon, Menu } from "@mantine/core";
import { IconColumns2, IconDots } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

const CompareDialog = lazy(async () => ({
  default: (await import("../comparison/compare-dialog.tsx")).CompareDialog,
}));

/** What is done with a run now and then. */
export function RunMenu({ run }: { run: Run }) {
  const [asks, setAsks] = useState<"compare" | null>(null);
  return (
    <>
      <Menu position="bottom-end" withinPortal={false}>
        <Menu.Target>
          <ActionIcon size={30} variant="default" aria-label="More actions">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconColumns2 size={14} />} onClick={() => setAsks("compare")}>
            Compare with another run…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asks === "compare" && (
        <Suspense>
          <CompareDialog run={run} opened onClose={() => setAsks(null)} />
        </Suspense>
      )}
    </>
  );
}
