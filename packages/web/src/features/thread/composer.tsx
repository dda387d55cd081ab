import { ActionIcon, Button, Group, Textarea } from "@mantine/core";
import { IconArrowUp, IconPlayerStopFilled } from "@tabler/icons-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { AttachButton } from "./attach-button.tsx";
import { AttachmentChips } from "./attachment-chips.tsx";
import type { Attached } from "./attachment-file.ts";
import { DropBox } from "./drop-box.tsx";
import { SightHint } from "./sight-hint.tsx";
import { useAttachments } from "./use-attachments.ts";

export interface Said {
  text: string;
  attachments: readonly Attached[];
}

interface ComposerProps {
  /** What is said at first: an earlier message that is edited. */
  initial?: Said;
  label: string;
  /** Why nothing can be sent now; null when it can. */
  blocked: string | null;
  isSending: boolean;
  /** Resolves once it is sent; then the field is empty again. */
  onSend: (said: Said) => Promise<unknown>;
  /** There is an answer to stop. */
  onStop?: (() => void) | undefined;
  /** Writing begins here at once. */
  hasFocus?: boolean;
  /** Escape in the field. */
  onLeave?: () => void;
  /** Left of the buttons. */
  children?: ReactNode;
  /** Who answers, to tell whether it is shown images. */
  model?: string | undefined;
}

/** Where a person writes: Enter sends, Shift and Enter begins a line, files can be dropped and pasted. */
export function Composer(props: ComposerProps) {
  const { initial, label, blocked, isSending, onSend, onStop, hasFocus, onLeave, children } = props;
  const [text, setText] = useState(initial?.text ?? "");
  const { attachments, add, remove, clear } = useAttachments(initial?.attachments ?? []);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (hasFocus) field.current?.focus();
  }, [hasFocus]);
  const canSend = text.trim() !== "" && blocked === null && !isSending;
  const send = () => {
    if (!canSend) return;
    // The button may be there no longer once it is sent.
    field.current?.focus();
    onSend({ text, attachments }).then(() => {
      setText("");
      clear();
    }, notifyError);
  };
  return (
    <DropBox onFiles={add}>
      <AttachmentChips attachments={attachments} onRemove={remove} />
      <Textarea
        ref={field}
        aria-label={label}
        placeholder={label}
        variant="unstyled"
        autosize
        minRows={1}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onLeave?.();
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
        data-autofocus
      />
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap={6}>
          {children}
          <AttachButton onFiles={add} />
        </Group>
        {onStop ? (
          <StopButton
            onStop={() => {
              field.current?.focus();
              onStop();
            }}
          />
        ) : (
          <SendButton blocked={blocked} canSend={canSend} isSending={isSending} onSend={send} />
        )}
      </Group>
      <SightHint attachments={attachments} model={props.model} />
    </DropBox>
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
