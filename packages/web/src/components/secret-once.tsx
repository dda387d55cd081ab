import { Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

interface SecretOnceProps {
  /** What it is: `The key of ci`. */
  label: string;
  secret: string;
  onDone: () => void;
}

/** A secret that was made just now, and cannot be seen again. */
export function SecretOnce({ label, secret, onDone }: SecretOnceProps) {
  return (
    <Stack gap="sm">
      <Text size="sm">{label}. Copy it now: it is not shown again.</Text>
      <Code block tabIndex={0} style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {secret}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={
                copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />
              }
              onClick={copy}
            >
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>I have it</Button>
      </Group>
    </Stack>
  );
}
