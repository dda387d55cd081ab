import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { auth } from "../../data/auth.ts";
import { EntryForm } from "../../components/entry-card.tsx";
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
      <TextInput
        label="E-mail address"
        type="email"
        size="md"
        required
        withAsterisk={false}
        autoComplete="username"
        data-autofocus
        value={given.email}
        onChange={(event) => setGiven({ ...given, email: event.currentTarget.value })}
      />
      <NewAccountFields value={given} onChange={setGiven} />
    </EntryForm>
  );
}
