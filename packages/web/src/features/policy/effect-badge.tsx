import type { ToolEffect } from "@flotilla/core";
import { Text } from "@mantine/core";

const tones = { allow: "completed", ask: "waiting", deny: "failed" } as const;

/** What becomes of a call, in its colour. */
export function EffectBadge({ effect }: { effect: ToolEffect }) {
  return (
    <Text span size="sm" fw={500} data-tone={tones[effect]} c="var(--tone-text)">
      {effect}
    </Text>
  );
}
