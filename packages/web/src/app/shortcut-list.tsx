import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { shortcuts } from "./use-shortcuts.ts";

/** Their signs are smaller than letters. */
const arrows = new Set(["←", "→"]);

export function ShortcutList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="sm">
      <Stack gap={8}>
        {shortcuts.map(([keys, does]) => (
          <Group key={does} justify="space-between">
            <Text size="sm">{does}</Text>
            <Group gap={4}>
              {keys.map((key) => (
                <Kbd key={key} size={arrows.has(key) ? "sm" : "xs"}>
                  {key}
                </Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
