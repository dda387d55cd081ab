import type { CostFigures } from "@flotilla/core";
import { Count } from "../../components/count.tsx";
import { PartBar } from "../../components/part-bar.tsx";
import { Section } from "../../components/section.tsx";

/** Tokens by what providers charge for them. */
export function TokenKinds({ totals }: { totals: CostFigures }) {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } =
    totals;
  return (
    <Section
      title="Tokens"
      aside={
        <>
          <Count value={inputTokens + outputTokens} /> in all
        </>
      }
    >
      <PartBar
        label="Input"
        parts={[
          {
            name: "new",
            value: inputTokens - cachedInputTokens - cacheWriteTokens,
            color: "model",
          },
          { name: "read from a prompt cache", value: cachedInputTokens, color: "completed" },
          { name: "written to a prompt cache", value: cacheWriteTokens, color: "waiting" },
        ]}
      />
      <PartBar
        label="Output"
        parts={[
          { name: "text and tool calls", value: outputTokens - reasoningTokens, color: "model" },
          { name: "reasoning", value: reasoningTokens, color: "cancelled" },
        ]}
      />
    </Section>
  );
}
