import type { ToolItem } from "@flotilla/api";
import { Stack, Table, Text } from "@mantine/core";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { LabelList } from "../../components/label-list.tsx";
import { Section } from "../../components/section.tsx";
import { parametersOf } from "./parameter.ts";
import { reachWords, recoveryWords, riskWords, termPairs } from "./tool-words.ts";
import styles from "./tool-docs.module.css";

/** What somebody needs to know who gives it to an agent. */
export function ToolDocs({ tool }: { tool: ToolItem }) {
  return (
    <Stack gap={24}>
      <Text size="sm" className={styles["description"]}>
        {tool.description}
      </Text>
      <Input tool={tool} />
      <Section title="What its calls can do">
        <div className={styles["padded"]}>
          <KeyValue
            pairs={[
              ["Risk", `${tool.risk}: ${riskWords[tool.risk]}`],
              ["Reach", `${tool.reach}: ${reachWords[tool.reach]}`],
              [
                "Its results are",
                <Labels key="emits" labels={tool.emits} none="nothing special" />,
              ],
              [
                "Called unasked after",
                tool.reads && <Labels key="reads" labels={tool.reads} none="nothing labelled" />,
              ],
              ["After a crash", recoveryWords[tool.recovery]],
              ...termPairs(tool),
            ]}
          />
        </div>
      </Section>
      {tool.examples && tool.examples.length > 0 && (
        <Section title="Examples">
          {tool.examples.map(({ input, output }) => (
            <div key={JSON.stringify(input)} className={styles["example"]}>
              <JsonView value={input} />
              {output !== undefined && (
                <>
                  <span className="dimmed">answers</span>
                  <JsonView value={output} />
                </>
              )}
            </div>
          ))}
        </Section>
      )}
      <section>
        <h2 className={styles["label"]}>Output, as a JSON Schema</h2>
        <JsonView value={tool.output} open={1} />
      </section>
    </Stack>
  );
}

function Labels({ labels, none }: { labels: string[]; none: string }) {
  return labels.length === 0 ? (
    <span className="dimmed">{none}</span>
  ) : (
    <LabelList labels={labels} />
  );
}

function Input({ tool }: { tool: ToolItem }) {
  const lines = parametersOf(tool.input);
  const areDescribed = lines.some(
    ({ description, fallback }) => description !== "" || fallback !== undefined,
  );
  const headers = ["Name", "Type", ...(areDescribed ? ["What it is"] : [])];
  return (
    <Section title="Input">
      {lines.length === 0 ? (
        <Text size="sm" c="dimmed" className={styles["padded"]}>
          It takes nothing.
        </Text>
      ) : (
        <Table fz="sm" aria-label="Input" verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              {headers.map((header) => (
                <Table.Th key={header}>{header}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map(({ path, type, isRequired, description, fallback }) => (
              <Table.Tr key={path}>
                <Table.Td className="mono">{path}</Table.Td>
                <Table.Td className={styles["type"]}>
                  {type}
                  {isRequired && " · required"}
                </Table.Td>
                {areDescribed && (
                  <Table.Td>
                    {description}
                    {fallback !== undefined && (
                      <div className="dimmed">
                        If left out: <span className="mono">{fallback}</span>
                      </div>
                    )}
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
