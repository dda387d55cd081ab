import { roles, roleSchema } from "@flotilla/core";
import { MultiSelect, Switch, TagsInput } from "@mantine/core";
import type { DraftFieldsProps } from "../../components/draft-fields.ts";
import type { ChannelDraft } from "./channel-draft.ts";

/** Who gets mail. */
export function EmailFields({ draft, problems, onChange }: DraftFieldsProps<ChannelDraft>) {
  const addressProblem = Object.entries(problems).find(([path]) =>
    path.startsWith("target.addresses"),
  )?.[1];
  return (
    <>
      <Switch
        label="To the people whom it concerns, at the addresses of their accounts"
        checked={draft.people}
        onChange={({ currentTarget: { checked } }) => onChange({ people: checked })}
      />
      {draft.people && (
        <MultiSelect
          label="Only those who are"
          placeholder={draft.roles.length === 0 ? "Any role" : ""}
          data={[...roles]}
          value={draft.roles}
          onChange={(next) => onChange({ roles: next.map((one) => roleSchema.parse(one)) })}
        />
      )}
      <TagsInput
        label="To these addresses as well"
        placeholder={draft.addresses.length === 0 ? "team@example.com" : ""}
        value={draft.addresses}
        error={addressProblem}
        onChange={(addresses) => onChange({ addresses })}
      />
    </>
  );
}
