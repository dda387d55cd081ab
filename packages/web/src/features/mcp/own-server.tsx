import { Text } from "@mantine/core";
import { CopyLine } from "../../components/copy-line.tsx";
import { Line, Section } from "../../components/section.tsx";
import { mountUrl } from "../../data/place.ts";

/** What a client of the protocol needs to use the agents here as its tools. */
export function OwnServer() {
  return (
    <Section title="Flotilla as an MCP server" aside="Its agents are tools of any client">
      <Line>
        <CopyLine label="Address" text={new URL("mcp", mountUrl).href} />
      </Line>
      <Line>
        <CopyLine label="On stdin and stdout" text="flotilla mcp serve" />
      </Line>
      <Line>
        <Text size="sm" c="dimmed">
          A client brings an API key as <span className="mono">Authorization: Bearer flo_…</span>;
          what its owner may not do here, it may not do there.
        </Text>
      </Line>
    </Section>
  );
}
