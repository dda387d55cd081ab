import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../data/client.ts";
import { enterAfterSignIn } from "./enter.ts";
import { EntryCard, EntryForm } from "../../components/entry-card.tsx";
import { forgetLinkToken, takeLinkToken } from "./link-token.ts";
import { EmailField } from "./email-field.tsx";
import { NewAccountFields } from "./new-account-fields.tsx";

/** The first owner comes in by the link that the server printed, and one who lost everything comes back. */
export function AdminLinkPage() {
  const [token] = useState(() => takeLinkToken("admin-link"));
  const [given, setGiven] = useState({ name: "", email: "", password: "" });
  const accept = useMutation({
    mutationFn: () =>
      client.invitations.acceptAdminLink({ ...given, email: given.email.trim(), token }),
    onSuccess: async () => {
      forgetLinkToken("admin-link");
      await enterAfterSignIn(undefined);
    },
  });
  if (token === "") {
    return (
      <EntryCard
        title="This link is incomplete"
        below={
          <>
            Copy the whole link, including everything after the #. To get a new one, run{" "}
            <code>flotilla admin-link</code> on the server.
          </>
        }
      />
    );
  }
  return (
    <EntryCard
      title="Welcome aboard"
      below="You become an owner of this server. An address that has an account gets the new password, and loses its sessions and second factor."
    >
      <EntryForm
        submit="Become the owner"
        isPending={accept.isPending || accept.isSuccess}
        error={accept.error}
        onSubmit={() => accept.mutate()}
      >
        <EmailField value={given.email} onChange={(email) => setGiven({ ...given, email })} />
        <NewAccountFields value={given} onChange={setGiven} />
      </EntryForm>
    </EntryCard>
  );
}
