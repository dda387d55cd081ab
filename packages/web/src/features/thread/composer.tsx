import { ActionIcon, Button, Group, Pill, Textarea } from "@mantine/core";
import { IconArrowUp, IconPaperclip, IconPlayerStopFilled } from "@tabler/icons-react";
import { useRef, useState, type DragEvent, type ReactNode } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { mostAttachments, readAttachment, type Attached } from "./attachment-file.ts";
import styles from "./composer.module.css";

export interface Said {
  text: string;
  attachments: Attached[];
}

interface ComposerProps {
  /** What is said at first: an earlier message that is edited. */
  initial?: string;
  label: string;
  /** Why nothing can be sent now; null when it can. */
  blocked: string | null;
  isSending: boolean;
  /** Resolves once it is sent; then the field is empty again. */
  onSend: (said: Said) => Promise<unknown>;
  /** There is an answer to stop. */
  onStop?: (() => void) | undefined;
  /** Left of the buttons. */
  children?: ReactNode;
}

/** Where a person writes: Enter sends, Shift and Enter begins a line, files can be dropped. */
export function Composer(props: ComposerProps) {
  const { initial = "", label, blocked, isSending, onSend, onStop, children } = props;
  const [text, setText] = useState(initial);
  const { attachments, add, remove, clear } = useAttachments();
  const canSend = text.trim() !== "" && blocked === null && !isSending;
  const send = () => {
    if (!canSend) return;
    onSend({ text, attachments }).then(() => {
      setText("");
      clear();
    }, notifyError);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  };
  return (
    <div className={styles["box"]} onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <Chips attachments={attachments} onRemove={remove} />
      <Textarea
        aria-label={label}
        placeholder={label}
        variant="unstyled"
        autosize
        minRows={1}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
        data-autofocus
      />
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap={6} wrap="nowrap">
          {children}
          <AttachButton onFiles={add} />
        </Group>
        {onStop ? (
          <StopButton onStop={onStop} />
        ) : (
          <SendButton blocked={blocked} canSend={canSend} isSending={isSending} onSend={send} />
        )}
      </Group>
    </div>
  );
}

function StopButton({ onStop }: { onStop: () => void }) {
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconPlayerStopFilled size={12} />}
      onClick={onStop}
    >
      Stop
    </Button>
  );
}

interface SendButtonProps {
  blocked: string | null;
  canSend: boolean;
  isSending: boolean;
  onSend: () => void;
}

function SendButton({ blocked, canSend, isSending, onSend }: SendButtonProps) {
  return (
    <ActionIcon
      variant="filled"
      size={28}
      aria-label="Send"
      title={blocked ?? "Enter sends, Shift and Enter begins a line"}
      disabled={!canSend}
      loading={isSending}
      onClick={onSend}
    >
      <IconArrowUp size={16} />
    </ActionIcon>
  );
}

interface ChipsProps {
  attachments: Attached[];
  onRemove: (name: string) => void;
}

function Chips({ attachments, onRemove }: ChipsProps) {
  if (attachments.length === 0) return null;
  return (
    <Group gap={6} className={styles["chips"]}>
      {attachments.map(({ name }) => (
        <Pill
          key={name}
          withRemoveButton
          onRemove={() => onRemove(name)}
          removeButtonProps={{ "aria-label": `Remove ${name}`, "aria-hidden": false }}
        >
          {name}
        </Pill>
      ))}
    </Group>
  );
}

function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
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
        aria-label="Attach a file"
        title="Attach a text: CSV, JSON, Markdown, …"
        onClick={() => input.current?.click()}
      >
        <IconPaperclip size={16} stroke={1.7} />
      </ActionIcon>
    </>
  );
}

/** Files by name: one that is attached again takes the place of the earlier. */
function useAttachments() {
  const [attachments, setAttachments] = useState<Attached[]>([]);
  const add = (files: File[]) => {
    for (const file of files) {
      readAttachment(file).then(
        (one) =>
          setAttachments((old) =>
            [...old.filter(({ name }) => name !== one.name), one].slice(0, mostAttachments),
          ),
        notifyError,
      );
    }
  };
  const remove = (gone: string) => setAttachments((old) => old.filter(({ name }) => name !== gone));
  return { attachments, add, remove, clear: () => setAttachments([]) };
}
