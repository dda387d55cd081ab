import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { auth } from "../../data/auth.ts";
import { EntryForm } from "../../components/entry-card.tsx";
import { EmailField } from "./email-field.tsx";
import { NewAccountFields } from "./new-account-fields.tsx";

/** For servers whose registration is open. */
export function RegisterForm({ onSignedIn }: { onSignedIn: () => void }) {
  const [given, setGiven] = useState({ name: "", email: "", password: "" });
  const register = useMutation({
    mutationFn: () => auth.register({ ...given, email: given.email.trim() }),
    onSuccess: onSignedIn,
  });
  return (
    <EntryForm
      submit="Create the account"
      isPending={register.isPending || register.isSuccess}
      error={register.error}
      onSubmit={() => register.mutate()}
    >
      <EmailField value={given.email} onChange={(email) => setGiven({ ...given, email })} />
      <NewAccountFields value={given} onChange={setGiven} />
    </EntryForm>
  );
}
