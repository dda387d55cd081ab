import { Group, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Above a table of costs: what it tells apart, and its sum. */
export function CostTitle({ title, aside }: { title: string; aside: ReactNode }) {
  return (
    <Group justify="space-between" mb="xs">
      <Title order={2}>{title}</Title>
      <span className="dimmed">{aside}</span>
    </Group>
  );
}
