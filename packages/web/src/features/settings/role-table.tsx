import { permissions, rolePermissions, roles } from "@flotilla/core";
import { Table, Text, VisuallyHidden } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { roleWords } from "../../components/role.ts";
import { Line, Section } from "../../components/section.tsx";

/** What each role may where no access rule says otherwise. */
export function RoleTable() {
  return (
    <Section title="What each role may" isTitleHidden>
      {roles.map((role) => (
        <Line key={role}>
          <Text size="sm" fw={500} w={84} flex="none">
            {role}
          </Text>
          <Text size="sm" c="dimmed">
            {roleWords[role]}
          </Text>
        </Line>
      ))}
      <details>
        <summary
          style={{ padding: "10px 14px", borderTop: "1px solid var(--line)", cursor: "pointer" }}
        >
          All permissions
        </summary>
        <Table fz="sm" aria-label="Permissions of the roles" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Permission</Table.Th>
              {roles.map((role) => (
                <Table.Th key={role} ta="center">
                  {role}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {permissions.map((permission) => (
              <Table.Tr key={permission}>
                <Table.Td className="mono">{permission}</Table.Td>
                {roles.map((role) => (
                  <Table.Td key={role} ta="center">
                    {rolePermissions[role].has(permission) && (
                      <>
                        <IconCheck size={14} aria-hidden />
                        <VisuallyHidden>yes</VisuallyHidden>
                      </>
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </details>
    </Section>
  );
}
