import { Modal } from "@mantine/core";
import { SayForm } from "./say-form.tsx";

interface SayDialogProps {
  runId: string;
  onClose: () => void;
}

export function SayDialog({ runId, onClose }: SayDialogProps) {
  return (
    <Modal opened onClose={onClose} title="Say something to the run">
      <SayForm runId={runId} onDone={onClose} />
    </Modal>
  );
}
