import { Button, Modal } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { RuleForm } from "./rule-form.tsx";

/** Writes another rule, in a dialog. */
export function NewRuleButton() {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setOpen(true)}>
        New rule
      </Button>
      <Modal opened={isOpen} onClose={close} size="lg" title="New rule">
        <RuleForm onDone={close} />
      </Modal>
    </>
  );
}
