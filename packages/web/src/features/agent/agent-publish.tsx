import type { AgentSpec } from "@flotilla/core";
import { Stack, Text } from "@mantine/core";
import { CopyLine } from "../../components/copy-line.tsx";
import { Line, Section } from "../../components/section.tsx";
import { mountUrl } from "../../data/place.ts";
import { publishedAs } from "./agent-words.ts";

/** Where programs find the agent: over HTTP always, and by the protocols it is published by. */
export function AgentPublish({ spec }: { spec: AgentSpec }) {
  const as = publishedAs(spec);
  const at = (path: string) => new URL(path, mountUrl).href;
  return (
    <Stack gap="lg">
      <Section title="HTTP and command line" aside="always">
        <Line>
          <CopyLine label="Run" text={`flotilla run ${spec.name} "…"`} />
        </Line>
        <Line>
          <CopyLine label="API" text={`POST ${at("api/v1/runs")} {"agent": "${spec.name}"}`} />
        </Line>
        <Line>
          <CopyLine label="OpenAI clients" text={`model "${spec.name}" at ${at("v1")}`} />
        </Line>
      </Section>
      <Section title="MCP" aside={as.includes("MCP") ? "published" : "not published"}>
        <Line>
          {as.includes("MCP") ? (
            <CopyLine label={`Tool ${spec.name}`} text={at("mcp")} />
          ) : (
            <Hint name="publish.mcp">It is no tool of this platform's MCP server.</Hint>
          )}
        </Line>
      </Section>
      <Section title="A2A" aside={as.includes("A2A") ? "published" : "not published"}>
        <Line>
          {as.includes("A2A") ? (
            <CopyLine
              label="Agent card"
              text={at(`a2a/${spec.name}/.well-known/agent-card.json`)}
            />
          ) : (
            <Hint name="publish.a2a">Agents elsewhere cannot send it messages.</Hint>
          )}
        </Line>
      </Section>
    </Stack>
  );
}

function Hint({ name, children }: { name: string; children: string }) {
  return (
    <Text size="sm" c="dimmed">
      {children} <span className="mono">{name}: true</span> changes that.
    </Text>
  );
}
