import { Button, Popover, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { notifyError } from "./notify-error.tsx";

interface ConfirmButtonProps {
  label: string;
  /** For screen readers, where the label alone does not say of what. */
  name: string;
  /** Default: as small as the buttons of a line. */
  size?: "compact-xs" | "xs";
  /** What it means. */
  children: ReactNode;
  onConfirm: () => Promise<unknown>;
}

/** Asks once before what cannot be taken back. */
export function ConfirmButton(props: ConfirmButtonProps) {
  const { label, name, size = "compact-xs", children, onConfirm } = props;
  const act = useMutation({ mutationFn: onConfirm, onError: notifyError });
  return (
    <Popover width={260} position="bottom-end" withArrow trapFocus>
      <Popover.Target>
        <Button size={size} variant="default" aria-label={name} loading={act.isPending}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text size="sm">{children}</Text>
          <Button color="red" loading={act.isPending} onClick={() => act.mutate()}>
            {name}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
