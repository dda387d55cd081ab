import { ActionIcon } from "@mantine/core";
import { IconPaperclip } from "@tabler/icons-react";
import { useRef } from "react";
import { attachHint } from "./attachment-file.ts";

/** Chooses files. They can be dropped on the field and pasted into it as well. */
export function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <ActionIcon
        variant="subtle"
        size={28}
        aria-label="Attach files"
        title={`${attachHint}. Drop or paste them as well.`}
        onClick={() => input.current?.click()}
      >
        <IconPaperclip size={16} stroke={1.7} />
      </ActionIcon>
    </>
  );
}
