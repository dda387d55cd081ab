import type { McpToolItem } from "@flotilla/api";
import type { McpServer } from "@flotilla/core";
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { DiffLines } from "../../components/line-diff.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useRefreshServers } from "./mcp-queries.ts";
import { McpState } from "./mcp-state.tsx";
import { ToolRiskChoice } from "./tool-risk.tsx";
import styles from "./mcp-tool-list.module.css";

interface ToolProps {
  server: McpServer;
  tool: McpToolItem;
}

/** A tool as the server's text tells it, every hidden character written out; of one that changed, what did. */
export function McpToolLine({ server, tool }: ToolProps) {
  const { name, state, text, diff, hidden, approvedBy } = tool;
  const [isOpen, setOpen] = useState(state === "new" || state === "changed");
  const may = useMay();
  return (
    <article className={styles["tool"]} aria-label={tool.tool}>
      <div className={styles["head"]}>
        <button
          type="button"
          className={`mono ${styles["fold"]}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {name}
        </button>
        <McpState state={state} />
        <ToolRiskChoice server={server} tool={tool} />
        {approvedBy && <span className="dimmed">approved by {approvedBy}</span>}
        {may("mcp.write") && (
          <span className={styles["actions"]}>
            <ToolActions server={server.name} tool={tool} />
          </span>
        )}
      </div>
      {isOpen && (
        <div className={styles["body"]}>
          {hidden.length > 0 && <Hidden found={hidden} />}
          {diff ? (
            <DiffLines label={`Changes of ${tool.tool}`} lines={diff} />
          ) : (
            <PlainText label={`What ${tool.tool} says`} text={text} />
          )}
        </div>
      )}
    </article>
  );
}

function Hidden({ found }: { found: McpToolItem["hidden"] }) {
  return (
    <div className={styles["hidden"]} role="alert" data-tone="failed">
      It holds characters that nobody sees. They are written out here.
      <ul>
        {found.map(({ path, character, what }, place) => (
          <li key={`${path} ${character} ${String(place)}`}>
            <span className="mono">{character}</span> at{" "}
            <span className="mono">{path || "the top"}</span>: {what}
          </li>
        ))}
      </ul>
    </div>
  );
}

function ToolActions({
  server,
  tool: { tool, state, hash, hidden },
}: {
  server: string;
  tool: McpToolItem;
}) {
  const refresh = useRefreshServers();
  const approve = async (withHidden: boolean) => {
    if (hash === null) return;
    await client.mcpServers.approveTools(server, { tools: [{ tool, hash }], withHidden });
    await refresh();
  };
  const plain = useMutation({ mutationFn: () => approve(false), onError: notifyError });
  const withdraw = async () => {
    await client.mcpServers.withdrawTools(server, [tool]);
    await refresh();
  };
  return (
    <>
      {(state === "new" || state === "changed") && hidden.length === 0 && (
        <Button
          size="compact-xs"
          loading={plain.isPending}
          onClick={() => plain.mutate()}
          aria-label={`Approve ${tool}`}
        >
          Approve
        </Button>
      )}
      {(state === "new" || state === "changed") && hidden.length > 0 && (
        <ConfirmButton
          label="Approve"
          name={`Approve ${tool} with what is hidden`}
          onConfirm={() => approve(true)}
        >
          Models are shown its text with characters that nobody sees. They can hold instructions.
        </ConfirmButton>
      )}
      {state !== "new" && (
        <ConfirmButton label="Withdraw" name={`Withdraw ${tool}`} onConfirm={withdraw}>
          Runs can call it no longer, until somebody approves it again.
        </ConfirmButton>
      )}
    </>
  );
}
