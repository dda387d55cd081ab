import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../data/me.ts";
import { useMembers } from "../interrupt/use-member-names.ts";
import { keysQuery } from "../settings/settings-queries.ts";

interface ActorSelectProps {
  /** The id of a user, key or service. */
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}

/** Chooses who did it: by name where it is known, else by the id that is typed. */
export function ActorSelect({ value, onChange }: ActorSelectProps) {
  const [typed, setTyped] = useState("");
  const may = useMay();
  const { isPeople, members = [] } = useMembers();
  const withKeys = isPeople && may("keys.read");
  const keys = useQuery({ ...keysQuery, enabled: withKeys }).data?.items ?? [];
  const people = members.map(({ userId, name, email }) => ({
    value: userId,
    label: name ?? email ?? userId,
  }));
  const programs = keys.map(({ id, name }) => ({ value: id, label: name }));
  const isKnown = (one: string) =>
    [...people, ...programs].some((known) => known.value === one || known.label === one);
  const ids = new Set([value ?? "", typed.trim()].filter((one) => one !== "" && !isKnown(one)));
  const data = [
    { group: "Members", items: people },
    { group: "Keys", items: programs },
    { group: "By id", items: [...ids] },
  ];
  return (
    <Select
      size="xs"
      w={180}
      aria-label="Who"
      placeholder="Anybody"
      classNames={{ input: "standing" }}
      searchable
      clearable
      nothingFoundMessage="Type the id of a user or key"
      data={data.filter(({ items }) => items.length > 0)}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      searchValue={typed}
      onSearchChange={setTyped}
    />
  );
}
