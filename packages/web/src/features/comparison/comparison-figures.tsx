import { versionWord, type ComparedRun, type RunComparison } from "@flotilla/core";
import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import { Cost, formatCost } from "../../components/cost.tsx";
import { Count, formatCount } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { Section } from "../../components/section.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { RunName } from "./run-name.tsx";

interface Row {
  name: string;
  show: (run: ComparedRun) => ReactNode;
  /** Of what is the same or not: that, as a text. */
  text?: (run: ComparedRun) => string;
  /** Of what can be more or less: the number, and how it is written. */
  amount?: (run: ComparedRun) => number | null;
  write?: (amount: number) => string;
}

const rows: Row[] = [
  {
    name: "Status",
    show: (run) => <StatusBadge status={run.status} />,
    text: ({ status }) => status,
  },
  { name: "Agent", show: agentOf, text: agentOf },
  counted("Model calls", (run) => run.steps),
  counted("Tool calls", (run) => run.toolCalls),
  counted("Input tokens", (run) => run.inputTokens),
  counted("Output tokens", (run) => run.outputTokens),
  {
    name: "Cost",
    show: (run) => <Cost micros={run.costMicros} incomplete={run.costIncomplete} />,
    amount: (run) => run.costMicros,
    write: formatCost,
  },
  {
    name: "Duration",
    show: ({ tookMs }) => (tookMs === null ? "not over yet" : formatDuration(tookMs)),
    amount: (run) => run.tookMs,
    write: formatDuration,
  },
];

function agentOf({ agentName, agentVersion }: ComparedRun): string {
  return `${agentName} ${versionWord(agentVersion)}`;
}

function counted(name: string, of: (run: ComparedRun) => number): Row {
  return { name, show: (run) => <Count value={of(run)} />, amount: of, write: formatCount };
}

/** What each run took, and how much more or less the second one. */
export function ComparisonFigures({ comparison: { a, b } }: { comparison: RunComparison }) {
  return (
    <Section title="All figures" aside="B is held against A">
      <Table.ScrollContainer minWidth={520} type="native">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Figure</Table.Th>
              <Table.Th>
                <RunName name="A" run={a} />
              </Table.Th>
              <Table.Th>
                <RunName name="B" run={b} />
              </Table.Th>
              <Table.Th>Difference</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.name}>
                <Table.Th scope="row" fw={400}>
                  <span className="dimmed">{row.name}</span>
                </Table.Th>
                <Table.Td>{row.show(a)}</Table.Td>
                <Table.Td>{row.show(b)}</Table.Td>
                <Table.Td className={`figure ${isSame(row, a, b) ? "dimmed" : ""}`}>
                  {difference(row, a, b)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

function difference({ text, amount, write }: Row, a: ComparedRun, b: ComparedRun): string {
  if (text) return text(a) === text(b) ? "same" : "differs";
  const [one, other] = [amount?.(a) ?? null, amount?.(b) ?? null];
  if (one === null || other === null || !write) return "";
  const more = other - one;
  if (more === 0) return "same";
  const share = one > 0 ? ` (${more > 0 ? "+" : "−"}${percent(Math.abs(more) / one)})` : "";
  return `${more > 0 ? "+" : "−"}${write(Math.abs(more))}${share}`;
}

function isSame({ text, amount }: Row, a: ComparedRun, b: ComparedRun): boolean {
  return text?.(a) === text?.(b) && amount?.(a) === amount?.(b);
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
