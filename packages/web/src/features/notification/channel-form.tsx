import { channelSetSchema, type ChannelMade } from "@flotilla/api";
import { channelNameSchema, type NotificationChannel } from "@flotilla/core";
import { MultiSelect, SegmentedControl, TagsInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { DraftForm, useDraft } from "../../components/draft-form.tsx";
import type { DraftFieldsProps } from "../../components/draft-fields.ts";
import { problemsOf } from "../../components/problems-of.ts";
import { client } from "../../data/client.ts";
import { draftOf, newChannel, setOf, type ChannelDraft } from "./channel-draft.ts";
import { EmailFields } from "./email-fields.tsx";
import { eventChoices } from "./event-words.ts";
import { channelsQuery } from "./notification-queries.ts";

interface ChannelFormProps {
  /** The one that is changed; undefined: a new one. */
  channel: NotificationChannel | undefined;
  onDone: (channel: ChannelMade) => void;
}

export function ChannelForm({ channel, onDone }: ChannelFormProps) {
  const { draft, fields, submit } = useDraft(
    () => (channel ? draftOf(channel) : newChannel),
    (now) => ({
      ...problemsOf(channelSetSchema, setOf(now, channel)),
      ...problemsOf(channelNameSchema, now.name.trim()),
    }),
  );
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: () => client.notifications.set(draft.name.trim(), setOf(draft, channel)),
    async onSuccess(made) {
      await cache.invalidateQueries({ queryKey: channelsQuery.queryKey });
      onDone(made);
    },
  });
  return (
    <DraftForm button="Save the channel" save={save} onSubmit={() => submit(() => save.mutate())}>
      {!channel && <NameFields {...fields} />}
      {draft.kind === "email" ? <EmailFields {...fields} /> : <WebhookField {...fields} />}
      <FilterFields {...fields} />
    </DraftForm>
  );
}

const kinds = [
  { value: "email", label: "E-mail" },
  { value: "webhook", label: "Webhook" },
];

function NameFields({ draft, problems, onChange }: DraftFieldsProps<ChannelDraft>) {
  return (
    <>
      <TextInput
        label="Name"
        placeholder="team"
        data-autofocus
        value={draft.name}
        error={problems[""]}
        onChange={({ currentTarget: { value } }) => onChange({ name: value })}
      />
      <SegmentedControl
        size="xs"
        aria-label="What it is"
        data={kinds}
        value={draft.kind}
        onChange={(kind) => onChange({ kind: kind === "webhook" ? kind : "email" })}
      />
    </>
  );
}

function WebhookField({ draft, problems, onChange }: DraftFieldsProps<ChannelDraft>) {
  return (
    <TextInput
      label="Address"
      description="It gets JSON by POST, signed with a secret that is shown once."
      placeholder="https://hooks.example.com/flotilla"
      type="url"
      value={draft.url}
      error={problems["target.url"]}
      onChange={({ currentTarget: { value } }) => onChange({ url: value })}
    />
  );
}

function FilterFields({ draft, problems, onChange }: DraftFieldsProps<ChannelDraft>) {
  return (
    <>
      <MultiSelect
        label="When"
        data={eventChoices}
        value={draft.events}
        error={problems["events"]}
        onChange={(events) => onChange({ events })}
      />
      <TagsInput
        label="Only of these agents"
        description="Names, with * for any text. None: of all."
        inputWrapperOrder={["label", "input", "description", "error"]}
        value={draft.agents}
        onChange={(agents) => onChange({ agents })}
      />
    </>
  );
}
