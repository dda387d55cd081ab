import { Table, VisuallyHidden } from "@mantine/core";

/** The head of a column of buttons, which say by themselves what they do. */
export function ActionsHeader() {
  return (
    <Table.Th>
      <VisuallyHidden>Actions</VisuallyHidden>
    </Table.Th>
  );
}
