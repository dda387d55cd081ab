import type { AgentSpec, Json } from "@flotilla/core";
import { Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CopyLine } from "../../components/copy-line.tsx";
import { Line, Section } from "../../components/section.tsx";
import { useMay, useMe } from "../../data/me.ts";
import { mountUrl } from "../../data/place.ts";
import { examplePrompts } from "../thread/example-prompts.ts";
import { publishedAs } from "./agent-words.ts";

/** Where programs find the agent: over HTTP always, and by the protocols it is published by. */
export function AgentPublish({ spec }: { spec: AgentSpec }) {
  const as = publishedAs(spec);
  const at = (path: string) => new URL(path, mountUrl).href;
  return (
    <Stack gap="lg">
      <HttpSections spec={spec} at={at} />
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

function HttpSections({ spec, at }: { spec: AgentSpec; at: (path: string) => string }) {
  const isKeyed = useMe()?.signIn === "required";
  const [text = ""] = examplePrompts(spec);
  return (
    <>
      <Section title="HTTP and command line" aside="always">
        <Line>
          <CopyLine label="In a terminal" text={`flotilla run ${spec.name} ${quoted(text)}`} />
        </Line>
        <Line>
          <CopyLine
            label="Over HTTP"
            text={curlLine(at("api/v1/runs"), { agent: spec.name, input: { text } }, isKeyed)}
          />
        </Line>
        {isKeyed && <KeyLine />}
      </Section>
      <Section title="OpenAI clients" aside="always">
        <Line>
          <CopyLine label="Base URL" text={at("v1")} />
        </Line>
        <Line>
          <CopyLine label="Model" text={spec.name} />
        </Line>
      </Section>
    </>
  );
}

function KeyLine() {
  const mayRead = useMay()("keys.read");
  return (
    <Line>
      <Text size="sm" c="dimmed">
        <span className="mono">FLOTILLA_API_KEY</span> is{" "}
        {mayRead ? (
          <>
            one of the{" "}
            <Link to="/settings/$section" params={{ section: "keys" }} search={{}}>
              API keys
            </Link>
          </>
        ) : (
          "an API key, which an admin gives you"
        )}
        .
      </Text>
    </Line>
  );
}

/** A request as a shell takes it. */
function curlLine(url: string, body: Json, isKeyed: boolean): string {
  const headers = [
    ...(isKeyed ? ['-H "authorization: Bearer $FLOTILLA_API_KEY"'] : []),
    '-H "content-type: application/json"',
  ];
  return `curl -sS ${url} ${headers.join(" ")} -d ${quoted(JSON.stringify(body))}`;
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function Hint({ name, children }: { name: string; children: string }) {
  return (
    <Text size="sm" c="dimmed">
      {children} <span className="mono">{name}: true</span> changes that.
    </Text>
  );
}
