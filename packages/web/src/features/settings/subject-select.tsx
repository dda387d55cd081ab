import { roles, roleSchema, type RuleSubject } from "@flotilla/core";
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../data/me.ts";
import { keysQuery, membersQuery } from "./settings-queries.ts";

interface SubjectSelectProps {
  label: string;
  /** Also everyone, and keys: for rules; questions are about a role or a person. */
  withEveryone?: boolean;
  /** `everyone`, `role viewer`, `user usr_…`, `key key_…`. */
  value: string;
  onChange: (value: string) => void;
}

/** Whom a rule or a question is about. */
export function SubjectSelect({ label, withEveryone, value, onChange }: SubjectSelectProps) {
  const may = useMay();
  const members = useQuery(membersQuery).data?.items ?? [];
  const withKeys = withEveryone === true && may("keys.read");
  const keys = useQuery({ ...keysQuery, enabled: withKeys }).data?.items ?? [];
  const data = [
    ...(withEveryone ? [{ group: "All", items: ["everyone"] }] : []),
    { group: "Roles", items: roles.map((role) => `role ${role}`) },
    {
      group: "Members",
      items: members.map(({ userId, name, email }) => ({
        value: `user ${userId}`,
        label: name ?? email ?? userId,
      })),
    },
    {
      group: "Keys",
      items: keys.map(({ id, name }) => ({ value: `key ${id}`, label: name })),
    },
  ];
  return (
    <Select
      label={label}
      searchable
      allowDeselect={false}
      data={data.filter(({ items }) => items.length > 0)}
      value={value}
      onChange={(next) => next && onChange(next)}
    />
  );
}

export function subjectOf(value: string): RuleSubject {
  const [kind, id = ""] = value.split(" ");
  if (kind === "role") return { kind, role: roleSchema.parse(id) };
  if (kind === "user" || kind === "key") return { kind, id };
  return { kind: "everyone" };
}
