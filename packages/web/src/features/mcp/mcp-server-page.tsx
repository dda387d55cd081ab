import { FlotillaError, type McpServer } from "@flotilla/core";
import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { Missing } from "../../components/missing.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { Section } from "../../components/section.tsx";
import { useMay } from "../../data/me.ts";
import { mcpServerQuery } from "./mcp-queries.ts";
import { McpState } from "./mcp-state.tsx";
import { McpToolList } from "./mcp-tool-list.tsx";
import { ReachApproval } from "./reach-approval.tsx";
import { SignedIn, SignInNeeded } from "./server-sign-in.tsx";
import { ServerActions } from "./server-actions.tsx";
import styles from "./mcp-server-page.module.css";

const route = getRouteApi("/mcp-servers/$name");

/** How a server is reached, what it says of its tools, and what was approved of both. */
export function McpServerPage() {
  const { name } = route.useParams();
  const { data, error, refetch } = useQuery(mcpServerQuery(name));
  if (!data) {
    return error ? (
      <Missing title={name} error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={320} role="status" aria-busy="true" aria-label="Loading the server" />
    );
  }
  return <LoadedServer key={data.id} server={data} />;
}

function LoadedServer({ server }: { server: McpServer }) {
  const may = useMay();
  const { name, state, about, error } = server;
  return (
    <>
      <PageHeader
        title={name}
        above={
          <Link className="plain" to="/mcp-servers">
            MCP servers
          </Link>
        }
        below={
          <>
            <McpState state={state} />
            {about && (
              <span>
                {about.name} {about.version}, protocol {about.protocol}
              </span>
            )}
          </>
        }
        actions={may("mcp.write") && <ServerActions server={server} />}
      />
      <Stack gap={24}>
        {state === "pending" && <ReachApproval server={server} />}
        {state === "needs_sign_in" && <SignInNeeded server={server} />}
        {error && state !== "needs_sign_in" && (
          <ErrorPanel
            error={
              new FlotillaError("unavailable", error, { remedy: "Test it once that is mended." })
            }
          />
        )}
        <Section title="How it is reached">
          <div className={styles["padded"]}>
            <KeyValue pairs={pairsOf(server)} />
          </div>
        </Section>
        <McpToolList server={server} />
      </Stack>
    </>
  );
}

function pairsOf(server: McpServer): Parameters<typeof KeyValue>[0]["pairs"] {
  const { tools, sampling, timeoutSeconds, approvedBy, createdBy, createdAt, seenAt } = server;
  const { signIn } = server;
  return [
    ...transportPairs(server),
    ["Tools that may be used", tools.join(", ")],
    ["May ask models", sampling ? "yes, under the budget of the run" : "no"],
    ["A call may take", `${timeoutSeconds} s`],
    ["Approved by", approvedBy],
    ["Signed in", signIn?.at && <SignedIn key="signed-in" server={server} />],
    [
      "Added",
      <span key="added">
        by {createdBy}, <RelativeTime at={createdAt} />
      </span>,
    ],
    ["Looked at", seenAt && <RelativeTime key="seen" at={seenAt} />],
  ];
}

/** All that is approved of it. */
function transportPairs({ transport }: McpServer): [string, ReactNode][] {
  const mono = (text: string) =>
    text && (
      <span key={text} className={`mono ${styles["lines"]}`}>
        {text}
      </span>
    );
  if (transport.kind === "http") {
    const headers = Object.entries(transport.headers).map(([name, value]) => `${name}: ${value}`);
    const { as, clientId, credential, signs, scope, identity } = transport.oauth ?? {};
    const proof = credential && `${signs ? `a key for ${signs}` : "the secret"} in ${credential}`;
    return [
      ["Address", mono(transport.url)],
      ["Headers", mono(headers.join("\n"))],
      ["Signs in as", as === "client" ? "a client, by itself" : as && "whoever connects it"],
      ["Client", clientId && mono(clientId)],
      ["Proves itself by", proof],
      ["Asks for", scope && mono(scope)],
      ["Acts for", identity && `whom the token in ${identity.token} names`],
      ["Provider", identity && mono(`${identity.issuer} (${identity.clientId})`)],
      ["Proves itself there by", identity?.credential && `the secret in ${identity.credential}`],
    ];
  }
  const { command, args, env, readable } = transport;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [
    ["Program", mono(command)],
    ["Arguments", mono(args.join("\n"))],
    ["Environment", mono(variables.join("\n"))],
    ["May read", mono(readable.join("\n"))],
  ];
}
