import { Anchor, Checkbox, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { auth } from "../../data/auth.ts";
import { EntryForm } from "../../components/entry-card.tsx";

interface SecondFactorFormProps {
  onSignedIn: () => void;
}

/** The code of an authenticator app, or one of the backup codes. */
export function SecondFactorForm({ onSignedIn }: SecondFactorFormProps) {
  const [kind, setKind] = useState<"totp" | "backup-code">("totp");
  const [code, setCode] = useState("");
  const [isTrusted, setTrusted] = useState(false);
  const verify = useMutation({
    mutationFn: () => auth.verify(kind, code.replaceAll(/\s/g, ""), isTrusted),
    onSuccess: onSignedIn,
  });
  const isApp = kind === "totp";
  const change = () => {
    setKind(isApp ? "backup-code" : "totp");
    setCode("");
    verify.reset();
  };
  return (
    <EntryForm
      key={kind}
      submit="Go on"
      isPending={verify.isPending || verify.isSuccess}
      error={verify.error}
      onSubmit={() => verify.mutate()}
    >
      <TextInput
        label={isApp ? "Code of the authenticator app" : "Backup code"}
        description={isApp ? "Six digits; they change every half minute." : "Each is good once."}
        size="md"
        required
        withAsterisk={false}
        data-autofocus
        autoComplete="one-time-code"
        inputMode={isApp ? "numeric" : "text"}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Checkbox
        size="xs"
        label="Do not ask again on this device for 30 days"
        checked={isTrusted}
        onChange={(event) => setTrusted(event.currentTarget.checked)}
      />
      <Anchor component="button" type="button" size="sm" ta="left" onClick={change}>
        {isApp ? "Use a backup code instead" : "Use the authenticator app instead"}
      </Anchor>
    </EntryForm>
  );
}
