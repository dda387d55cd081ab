import { mostAttachments } from "@flotilla/api";
import { useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { checkTogether, readAttachment, type Attached } from "./attachment-file.ts";

/** Files by name: one that is attached again takes the place of the earlier. */
export function useAttachments(initial: readonly Attached[]) {
  const [attachments, setAttachments] = useState<readonly Attached[]>(initial);
  const take = (one: Attached) =>
    setAttachments((old) => {
      const next = [...old.filter(({ name }) => name !== one.name), one].slice(0, mostAttachments);
      try {
        checkTogether(next);
        return next;
      } catch (error) {
        notifyError(error);
        return old;
      }
    });
  /** In the order in which they were given. */
  const add = async (files: readonly File[]) => {
    for (const file of files) await readAttachment(file).then(take, notifyError);
  };
  const remove = (gone: string) => setAttachments((old) => old.filter(({ name }) => name !== gone));
  return {
    attachments,
    add: (files: readonly File[]) => void add(files),
    remove,
    clear: () => setAttachments([]),
  };
}
