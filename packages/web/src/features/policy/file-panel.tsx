import type { PolicyPreviewPage, PolicyTest } from "@flotilla/api";
import { policyFile, policySpecSchema, type Policy, type PolicySpec } from "@flotilla/core";
import { Button, Group, Skeleton, Stack, Table, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { parse, stringify } from "yaml";
import { formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Line, Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { EffectBadge } from "./effect-badge.tsx";
import { policyQuery, useRefreshPolicy } from "./policy-queries.ts";

/** All rules and their examples as the file that they are: tried, held against real runs, and applied. */
export function FilePanel() {
  const { data, error, refetch } = useQuery(policyQuery);
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={320} role="status" aria-busy="true" aria-label="Loading" />;
  return <FileForm key={data.version} policy={data} />;
}

function FileForm({ policy }: { policy: Policy }) {
  const saved = stringify(policyFile(policy));
  const [text, setText] = useState(saved);
  const mayWrite = useMay()("rules.write");
  const refresh = useRefreshPolicy();
  const test = useMutation({ mutationFn: async () => client.toolPolicy.test(readFile(text)) });
  const preview = useMutation({
    mutationFn: async () => client.toolRules.preview({ policy: readFile(text), runs: 50 }),
  });
  const apply = useMutation({
    mutationFn: async (comment: string) => {
      const said = comment.trim() && { comment: comment.trim() };
      return client.toolPolicy.apply({ ...readFile(text), version: policy.version, ...said });
    },
    onSuccess: refresh,
  });
  return (
    <Section title="Policy file" aside={`version ${policy.version}`}>
      <Line>
        <Stack gap="sm" py={6} flex={1} miw={0}>
          <Textarea
            aria-label="Policy file"
            autosize
            minRows={12}
            maxRows={30}
            classNames={{ input: "mono" }}
            value={text}
            onChange={({ currentTarget: { value } }) => setText(value)}
          />
          <Group align="end">
            <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
              Test the examples
            </Button>
            <Button variant="default" loading={preview.isPending} onClick={() => preview.mutate()}>
              Preview on the newest runs
            </Button>
            {mayWrite && (
              <ApplyFields
                isChanged={text !== saved}
                isPending={apply.isPending}
                onApply={apply.mutate}
              />
            )}
          </Group>
          {[test.error, preview.error, apply.error].map(
            (error) => error && <ErrorPanel key={error.message} error={error} />,
          )}
          <div role="status" className="contents">
            {test.data && <Tested test={test.data} />}
            {preview.data && <Previewed page={preview.data} />}
          </div>
        </Stack>
      </Line>
    </Section>
  );
}

interface ApplyFieldsProps {
  /** The text is another one than what is in force. */
  isChanged: boolean;
  isPending: boolean;
  onApply: (comment: string) => void;
}

function ApplyFields({ isChanged, isPending, onApply }: ApplyFieldsProps) {
  const [comment, setComment] = useState("");
  return (
    <>
      <TextInput
        size="xs"
        flex={1}
        miw={160}
        aria-label="What is changed, and why"
        placeholder="What is changed, and why"
        value={comment}
        onChange={({ currentTarget: { value } }) => setComment(value)}
      />
      <Button disabled={!isChanged} loading={isPending} onClick={() => onApply(comment)}>
        Apply
      </Button>
    </>
  );
}

/** Throws what is wrong with the text, and where. */
function readFile(text: string): PolicySpec {
  const parsed = policySpecSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(lines.join("; "));
}

function Tested({ test: { examples, problems, broken } }: { test: PolicyTest }) {
  const lines = [
    ...problems.map(({ path, message }) => `${path}: ${message}`),
    ...broken.map(({ index, example, got }) => {
      const name = example.name ?? `Example ${index + 1}, of ${example.call.tool},`;
      return `${name} expects ${example.expect}, and got ${got.effect} since ${got.reason}.`;
    }),
  ];
  if (lines.length === 0) {
    return (
      <Text size="sm">
        {examples === 1 ? "The example holds." : `All ${examples} examples hold.`}
      </Text>
    );
  }
  return lines.map((line) => (
    <Text key={line} size="sm" data-tone="failed" c="var(--tone-text)">
      {line}
    </Text>
  ));
}

function Previewed({ page: { items, calls, runs } }: { page: PolicyPreviewPage }) {
  const looked = `${formatPlural(calls, "call")} of the newest ${formatPlural(runs, "run")}`;
  if (items.length === 0) return <Text size="sm">Nothing would change: {looked}.</Text>;
  return (
    <Stack gap="xs">
      <Text size="sm">
        {items.length} of {looked} would be decided otherwise:
      </Text>
      <Table fz="sm" aria-label="Calls that would be decided otherwise">
        <Table.Thead>
          <Table.Tr>
            {["Run", "Tool", "Agent", "Now", "Then", "Since"].map((header) => (
              <Table.Th key={header}>{header}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ runId, callId, tool, agent, before, after }) => (
            <Table.Tr key={`${runId} ${callId}`}>
              <Table.Td className="mono">
                <Link to="/runs/$runId" params={{ runId }} search={{ step: callId }}>
                  {runId}
                </Link>
              </Table.Td>
              <Table.Td className="mono">{tool}</Table.Td>
              <Table.Td>{agent}</Table.Td>
              <Table.Td>
                <EffectBadge effect={before.effect} />
              </Table.Td>
              <Table.Td>
                <EffectBadge effect={after.effect} />
              </Table.Td>
              <Table.Td>{after.reason}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
