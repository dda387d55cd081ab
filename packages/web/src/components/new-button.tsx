import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";

interface NewButtonProps {
  children: string;
  onClick: () => void;
}

/** At a section's title: makes another one of what stands in it. */
export function NewButton({ children, onClick }: NewButtonProps) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={<IconPlus size={12} aria-hidden />}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
