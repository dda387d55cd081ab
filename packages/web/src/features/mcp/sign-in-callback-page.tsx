import { environmentSchema, FlotillaError, organisationSchema } from "@flotilla/core";
import { Anchor, Loader } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { z } from "zod";
import { EntryCard } from "../../components/entry-card.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { clientFor } from "../../data/client.ts";
import { enterScope, mountUrl, openedWith } from "../../data/place.ts";

/** What the server has put into the state beside its secret. */
const placeSchema = z.object({ organisation: organisationSchema, environment: environmentSchema });

/** Where somebody comes back to from the authorization server of an MCP server. */
export function SignInCallbackPage() {
  const wasBegun = useRef(false);
  const { mutate, error } = useMutation({ mutationFn: finish });
  useEffect(() => {
    // What was brought back is good for one use.
    if (wasBegun.current) return;
    wasBegun.current = true;
    mutate();
  }, [mutate]);
  if (error) {
    return (
      <EntryCard title="The sign-in did not work">
        <ErrorPanel error={error} />
        <Anchor href={`${mountUrl}mcp-servers`} mt="md" display="inline-block">
          To the MCP servers
        </Anchor>
      </EntryCard>
    );
  }
  return (
    <EntryCard
      title="Signing in"
      below="The tokens are fetched, and the server is asked for its tools."
    >
      <Loader size="sm" aria-label="Signing in" />
    </EntryCard>
  );
}

async function finish(): Promise<void> {
  const { organisation: org, environment: env } = placeOf(openedWith.get("state") ?? "");
  const text = (name: string) => openedWith.get(name) ?? undefined;
  const { server } = await clientFor({ org, env }).mcpServers.finishConnect({
    ...{ state: text("state") ?? "", code: text("code"), iss: text("iss"), error: text("error") },
  });
  enterScope({ org, env }, `mcp-servers/${server.name}`);
}

function placeOf(state: string): z.infer<typeof placeSchema> {
  try {
    return placeSchema.parse(JSON.parse(atob(state.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    throw new FlotillaError(
      "invalid_request",
      "This address is not of a sign-in that was begun here.",
      {
        remedy: "Begin it again: Connect, on the server's page.",
      },
    );
  }
}
