import { PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { auth } from "../../data/auth.ts";
import { EntryForm } from "../../components/entry-card.tsx";
import { EmailField } from "./email-field.tsx";

interface PasswordFormProps {
  /** Filled in at first, and not to be changed. */
  email?: string | undefined;
  onSignedIn: () => void;
  /** The password was right, and the account has a second factor. */
  onSecondFactor: () => void;
}

export function PasswordForm({ email: given, onSignedIn, onSecondFactor }: PasswordFormProps) {
  const [email, setEmail] = useState(given ?? "");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => auth.signIn({ email: email.trim(), password }),
    onSuccess: ({ twoFactorRedirect }) => (twoFactorRedirect ? onSecondFactor() : onSignedIn()),
  });
  return (
    <EntryForm
      submit="Sign in"
      isPending={signIn.isPending || signIn.isSuccess}
      error={signIn.error}
      onSubmit={() => signIn.mutate()}
    >
      <EmailField value={email} onChange={setEmail} fixed={given !== undefined} />
      <PasswordInput
        label="Password"
        size="md"
        required
        withAsterisk={false}
        autoComplete="current-password"
        data-autofocus={given !== undefined || undefined}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </EntryForm>
  );
}
