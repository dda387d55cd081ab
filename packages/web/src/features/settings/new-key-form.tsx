import type { KeyCreate, KeyMade } from "@flotilla/api";
import { rolePermissions, roles, roleSchema, type Permission } from "@flotilla/core";
import { Button, Group, MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { roleWords } from "../../components/role.ts";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";

const expiries = { "7": "in a week", "30": "in 30 days", "90": "in 90 days", never: "never" };

/** What a key is called, what it may, and for how long. */
export function NewKeyForm({ onMade }: { onMade: (key: KeyMade) => void }) {
  const [given, setGiven] = useState({ name: "", role: roleSchema.parse("operator") });
  const [scopes, setScopes] = useState<Permission[]>([]);
  const [expiry, setExpiry] = useState<string>("90");
  const may = useMay();
  const create = useMutation({
    mutationFn: (key: KeyCreate) => client.keys.create(key),
    onSuccess: onMade,
  });
  const submit = () =>
    create.mutate({
      ...given,
      expiresInDays: expiry === "never" ? null : Number(expiry),
      ...(scopes.length > 0 && { scopes }),
    });
  const held = [...rolePermissions[given.role]].filter(may);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          placeholder="ci"
          data-autofocus
          value={given.name}
          onChange={(event) => setGiven({ ...given, name: event.currentTarget.value })}
        />
        <Select
          label="Role"
          description={roleWords[given.role]}
          inputWrapperOrder={["label", "input", "description"]}
          data={[...roles]}
          allowDeselect={false}
          value={given.role}
          onChange={(role) => {
            setGiven({ ...given, role: roleSchema.parse(role) });
            setScopes([]);
          }}
        />
        <KeyBounds
          held={held}
          scopes={scopes}
          onScopes={setScopes}
          expiry={expiry}
          onExpiry={setExpiry}
        />
        {create.error && <ErrorPanel error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending} disabled={given.name.trim() === ""}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface KeyBoundsProps {
  /** What can be handed on. */
  held: Permission[];
  scopes: Permission[];
  onScopes: (scopes: Permission[]) => void;
  expiry: string;
  onExpiry: (expiry: string) => void;
}

/** What a key may less than its role, and until when. */
function KeyBounds({ held, scopes, onScopes, expiry, onExpiry }: KeyBoundsProps) {
  return (
    <>
      <MultiSelect
        label="Only these permissions"
        placeholder={scopes.length === 0 ? "All that the role has" : ""}
        searchable
        data={held}
        value={scopes}
        onChange={(next) => onScopes(next)}
      />
      <Select
        label="Expires"
        allowDeselect={false}
        data={Object.entries(expiries).map(([value, label]) => ({ value, label }))}
        value={expiry}
        onChange={(next) => onExpiry(next ?? "90")}
      />
    </>
  );
}
