import { connectionSetSchema } from "@flotilla/api";
import { connectionNameSchema, type Connection } from "@flotilla/core";
import { Group, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { DraftForm, useDraft } from "../../components/draft-form.tsx";
import type { DraftFieldsProps } from "../../components/draft-fields.ts";
import { problemsOf } from "../../components/problems-of.ts";
import { client } from "../../data/client.ts";
import { draftOf, newConnection, setOf, type ConnectionDraft } from "./connection-draft.ts";
import { connectionsQuery } from "./connection-queries.ts";
import { kindWords } from "./connection-words.ts";
import { KindFields } from "./kind-fields.tsx";
import { LoginFields } from "./login-fields.tsx";

interface ConnectionFormProps {
  /** The one that is changed; undefined: a new one. */
  connection: Connection | undefined;
  onDone: () => void;
}

/** Sets a connection, and tries it. */
export function ConnectionForm({ connection, onDone }: ConnectionFormProps) {
  const { draft, fields, submit } = useDraft(
    () => (connection ? draftOf(connection) : newConnection),
    (now) => ({
      ...problemsOf(connectionSetSchema, setOf(now)),
      ...problemsOf(connectionNameSchema, now.name.trim()),
    }),
  );
  const save = useSave(onDone);
  return (
    <DraftForm button="Save and test" save={save} onSubmit={() => submit(save.mutate)}>
      {!connection && <NameFields {...fields} />}
      <KindFields {...fields} />
      <LoginFields {...fields} hasLogin={typeof connection?.credential === "string"} />
      <TextInput
        label="Description"
        placeholder="What it is for"
        value={draft.description}
        error={fields.problems["description"]}
        onChange={({ currentTarget: { value } }) => fields.onChange({ description: value })}
      />
    </DraftForm>
  );
}

function useSave(onDone: () => void) {
  const cache = useQueryClient();
  return useMutation({
    async mutationFn(draft: ConnectionDraft) {
      const name = draft.name.trim();
      await client.connections.set(name, setOf(draft));
      return client.connections.test(name);
    },
    onSuccess({ name, test }) {
      onDone();
      notifications.show(
        test?.ok
          ? { message: `${name} is set, and let us in.` }
          : {
              title: `${name} is set, but did not let us in`,
              message: test?.message,
              color: "red",
            },
      );
    },
    onSettled: () => cache.invalidateQueries({ queryKey: connectionsQuery.queryKey }),
  });
}

function NameFields({ draft, problems, onChange }: DraftFieldsProps<ConnectionDraft>) {
  return (
    <Group grow align="start">
      <TextInput
        label="Name"
        description="What agents and rules call it."
        inputWrapperOrder={["label", "input", "description", "error"]}
        placeholder="support"
        data-autofocus
        value={draft.name}
        error={problems[""]}
        onChange={({ currentTarget: { value } }) => onChange({ name: value })}
      />
      <Select
        label="Kind"
        allowDeselect={false}
        data={Object.entries(kindWords).map(([value, label]) => ({ value, label }))}
        value={draft.kind}
        onChange={(kind) => onChange({ kind: (kind ?? "mail") as ConnectionDraft["kind"] })}
      />
    </Group>
  );
}
