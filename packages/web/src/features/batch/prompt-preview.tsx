import { renderTemplate, templateColumns, type JsonObject } from "@flotilla/core";
import { Text, Title } from "@mantine/core";
import styles from "./prompt-preview.module.css";

/** How many rows are tried. */
const shown = 3;

/** The prompt as the first rows of the file would ask it. */
export function PromptPreview({ template, rows }: { template: string; rows: JsonObject[] }) {
  const tried = rows.slice(0, shown).map((row, index) => ({ number: index + 1, row }));
  return (
    <section className={styles["preview"]} aria-label="Preview">
      <Title order={2}>Preview</Title>
      {tried.length === 0 || template === "" ? (
        <Text size="sm" c="dimmed">
          With a file and a prompt, the first rows are shown here as the agent will read them.
        </Text>
      ) : (
        tried.map(({ number, row }) => (
          <div key={number}>
            <Text size="xs" c="dimmed" mb={4}>
              Row {number}
            </Text>
            <div className={styles["prompt"]} tabIndex={0}>
              {promptOf(template, row)}
            </div>
          </div>
        ))
      )}
    </section>
  );
}

/** A column the row does not have stays as the prompt names it. */
function promptOf(template: string, row: JsonObject): string {
  const names = templateColumns(template).map((column) => [column, `{{${column}}}`]);
  return renderTemplate(template, { ...Object.fromEntries(names), ...row });
}
