import type { CredentialSet } from "@flotilla/api";
import { credentialKindSchema, type Credential } from "@flotilla/core";
import { Button, Group, PasswordInput, Select, Stack, TagsInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { credentialsQuery } from "./settings-queries.ts";

interface CredentialFormProps {
  /** The one that gets another secret; undefined: a new one. */
  credential: Credential | undefined;
  onDone: () => void;
}

interface Draft {
  name: string;
  kind: Credential["kind"];
  provider: string;
  description: string;
  hosts: string[];
  headers: string[];
  secret: string;
}

const kinds = [
  { value: "provider", label: "a model provider's key" },
  { value: "header", label: "sent in a header" },
  { value: "basic", label: "user and password" },
  { value: "generic", label: "something else" },
];

/** The secret is sealed at once; a provider's key is tried at the provider. */
export function CredentialForm({ credential, onDone }: CredentialFormProps) {
  const [draft, setDraft] = useState(() => draftOf(credential));
  const set = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: () => client.credentials.set(draft.name.trim(), settingsOf(draft, credential)),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: credentialsQuery.queryKey });
      onDone();
    },
  });
  const fewest = draft.kind === "provider" ? 8 : 12;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        {!credential && <CredentialFields draft={draft} onChange={set} />}
        <PasswordInput
          label={draft.kind === "basic" ? "Secret, as user:password" : "Secret"}
          description={`${fewest} characters or more. It is sealed, and never shown again.`}
          autoComplete="off"
          data-autofocus={credential !== undefined || undefined}
          value={draft.secret}
          onChange={(event) => set({ secret: event.currentTarget.value })}
        />
        {save.error && <ErrorPanel error={save.error} />}
        <Group justify="flex-end">
          <Button
            type="submit"
            loading={save.isPending}
            disabled={draft.name.trim() === "" || draft.secret.length < fewest}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface CredentialFieldsProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

function CredentialFields({ draft, onChange }: CredentialFieldsProps) {
  const isProvider = draft.kind === "provider";
  const { data: models } = useQuery({ queryKey: ["models"], queryFn: () => client.models.list() });
  return (
    <>
      <TextInput
        label="Name"
        description="What placeholders and rules call it."
        placeholder="openai"
        data-autofocus
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Select
        label="What it is"
        allowDeselect={false}
        data={kinds}
        value={draft.kind}
        onChange={(next) => onChange({ kind: credentialKindSchema.parse(next) })}
      />
      {isProvider ? (
        <Select
          label="Provider"
          searchable
          data={models?.providers.map(({ name }) => name) ?? []}
          value={draft.provider || null}
          onChange={(next) => onChange({ provider: next ?? "" })}
        />
      ) : (
        <>
          <TagsInput
            label="May go to"
            description="Hosts, such as api.example.com or *.example.com."
            value={draft.hosts}
            onChange={(hosts) => onChange({ hosts })}
          />
          <TagsInput
            label="In the headers"
            value={draft.headers}
            onChange={(headers) => onChange({ headers })}
          />
        </>
      )}
      <TextInput
        label="Description"
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
    </>
  );
}

function draftOf(known: Credential | undefined): Draft {
  return {
    name: known?.name ?? "",
    kind: known?.kind ?? "provider",
    provider: known?.provider ?? "",
    description: known?.description ?? "",
    hosts: known?.binding.hosts ?? [],
    headers: known?.binding.headers ?? ["authorization"],
    secret: "",
  };
}

function settingsOf(draft: Draft, known: Credential | undefined): CredentialSet {
  const { kind, provider, description, hosts, headers, secret } = draft;
  const base = { kind, description, secret };
  if (known) return { ...base, ...(provider && { provider }), binding: known.binding };
  return kind === "provider" ? { ...base, provider } : { ...base, binding: { hosts, headers } };
}
