import type { Interrupt } from "@flotilla/api";
import { Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay, useMe } from "../../data/me.ts";
import { interruptQuery } from "./interrupt-queries.ts";
import { useMembers } from "./use-member-names.ts";

/** Who alone may answer; nobody: all who were asked. */
export function AssigneeSelect({ interrupt }: { interrupt: Interrupt }) {
  const { runId, interruptId, assignee } = interrupt;
  const may = useMay();
  const me = useMe();
  const cache = useQueryClient();
  const { isPeople, members } = useMembers();
  const assign = useMutation({
    mutationFn: (userId: string | null) => client.interrupts.assign(runId, interruptId, userId),
    onSuccess: (next) => cache.setQueryData(interruptQuery(runId, interruptId).queryKey, next),
    onError: notifyError,
  });
  if (!isPeople || !may("interrupts.answer")) return null;
  return (
    <Select
      size="xs"
      w={210}
      aria-label="Assigned to"
      placeholder="Assigned to nobody"
      classNames={{ input: "standing" }}
      clearable
      searchable
      disabled={assign.isPending}
      value={assignee}
      onChange={(userId) => assign.mutate(userId)}
      data={(members ?? []).map(({ userId, name }) => ({
        value: userId,
        label: userId === me?.caller.id ? `${name ?? userId} (me)` : (name ?? userId),
      }))}
    />
  );
}
