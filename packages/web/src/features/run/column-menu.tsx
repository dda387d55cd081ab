import { Button, Checkbox, Popover, Stack } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { columnTitle, runColumnNames, type RunColumn } from "./run-columns.tsx";

interface ColumnMenuProps {
  chosen: readonly RunColumn[];
  onChange: (chosen: RunColumn[]) => void;
}

/** Which columns the table has. */
export function ColumnMenu({ chosen, onChange }: ColumnMenuProps) {
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<IconColumns3 size={14} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={8} p={8}>
          {runColumnNames.map((name) => (
            <Checkbox
              key={name}
              size="xs"
              label={columnTitle(name)}
              checked={chosen.includes(name)}
              onChange={(event) =>
                onChange(
                  event.currentTarget.checked
                    ? [...chosen, name]
                    : chosen.filter((one) => one !== name),
                )
              }
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
