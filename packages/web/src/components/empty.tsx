import { Code, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface EmptyProps {
  title: string;
  /** What this place is for, in a sentence. */
  children: ReactNode;
  /** The command that fills it. */
  command?: string;
  action?: ReactNode;
}

/** A place with nothing in it says what belongs there and how to get it. */
export function Empty({ title, children, command, action }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" py={56} px="md" ta="center">
      <Title order={2}>{title}</Title>
      <Text size="sm" c="dimmed" maw={460}>
        {children}
      </Text>
      {command && (
        <Code fz={12} px={10} py={6} mt={4}>
          {command}
        </Code>
      )}
      {action}
    </Stack>
  );
}
