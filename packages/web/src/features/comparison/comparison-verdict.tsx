import type { ComparedRun, RunComparison } from "@flotilla/core";
import { Stack, Text } from "@mantine/core";
import { Cost } from "../../components/cost.tsx";
import { formatPlural } from "../../components/count.tsx";
import { Figure, Figures } from "../../components/figure.tsx";
import { changesOf } from "./comparison-change.ts";

/** What differs, before anything else: what is the same is dimmed. */
export function ComparisonVerdict({ comparison }: { comparison: RunComparison }) {
  const { a, b } = comparison;
  return (
    <Stack gap="xs" component="section" aria-label="What differs">
      <Reused name="A" run={a} />
      <Reused name="B" run={b} />
      <Figures>
        {changesOf(comparison).map(({ name, says, isSame, from }) => (
          <Figure
            key={name}
            label={name}
            note={from && (from.a === from.b ? from.a : `${from.a} → ${from.b}`)}
          >
            <span className={isSame ? "dimmed" : ""}>{says}</span>
          </Figure>
        ))}
      </Figures>
    </Stack>
  );
}

/** A fork's figures are those of what is new: it looks cheaper than it would have been alone. */
function Reused({ name, run: { reused } }: { name: string; run: ComparedRun }) {
  if (!reused || reused.steps === 0) return null;
  return (
    <Text size="sm">
      {name} is a fork: it reuses {formatPlural(reused.steps, "model call")} (
      <Cost micros={reused.costMicros} />
      ), which its figures leave out.
    </Text>
  );
}
