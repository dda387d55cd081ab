import type { McpServer } from "@flotilla/core";
import { Button, Modal, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Count } from "../../components/count.tsx";
import { DataTable, type Column } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { RowLink } from "../../components/row-link.tsx";
import { useMay } from "../../data/me.ts";
import { mcpServersQuery } from "./mcp-queries.ts";
import { McpState } from "./mcp-state.tsx";
import { OwnServer } from "./own-server.tsx";
import { ServerForm } from "./server-form.tsx";

/** Servers whose tools runs call, and Flotilla as one itself. */
export function McpServersPage() {
  const may = useMay();
  const navigate = useNavigate();
  const [isNew, setNew] = useState(false);
  const add = may("mcp.write") && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setNew(true)}>
      Add a server
    </Button>
  );
  return (
    <>
      <PageHeader
        title="MCP servers"
        below="Whose tools runs call over the Model Context Protocol."
        actions={add}
      />
      <Stack gap={28}>
        {may("mcp.read") ? <ServerList /> : <NotAllowed permission="mcp.read" />}
        <OwnServer />
      </Stack>
      <Modal opened={isNew} onClose={() => setNew(false)} title="Add a server" size="lg">
        <ServerForm
          onDone={(name) => void navigate({ to: "/mcp-servers/$name", params: { name } })}
        />
      </Modal>
    </>
  );
}

const columns: Column<McpServer>[] = [
  {
    header: "Name",
    width: "160px",
    cell: ({ name }) => (
      <RowLink to="/mcp-servers/$name" params={{ name }} className="mono">
        {name}
      </RowLink>
    ),
  },
  { header: "State", width: "110px", cell: ({ state }) => <McpState state={state} /> },
  {
    header: "Reached at",
    width: "minmax(200px, 2fr)",
    cell: ({ transport }) => {
      const words = placeOf(transport);
      return (
        <span className="mono" title={words}>
          {words}
        </span>
      );
    },
  },
  {
    header: "Approved",
    width: "80px",
    dropOrder: 1,
    align: "end",
    cell: ({ approvedTools }) => <Count value={approvedTools} />,
  },
  {
    header: "Waiting",
    width: "80px",
    dropOrder: 2,
    align: "end",
    cell: ({ waitingTools }) => <Count value={waitingTools} />,
  },
  {
    header: "Trouble",
    width: "minmax(140px, 1fr)",
    dropOrder: 3,
    cell: ({ error }) => <span title={error ?? undefined}>{error}</span>,
  },
];

const keyOf = ({ id }: McpServer) => id;

function ServerList() {
  const { data, error, refetch } = useQuery(mcpServersQuery);
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0) {
    return (
      <Empty
        title="No MCP servers yet"
        command="flotilla mcp add github https://mcp.example.com/mcp"
      >
        Nothing is sent to a server before somebody has approved how it is reached, and none of its
        tools is called before somebody has approved what it says of it.
      </Empty>
    );
  }
  return <DataTable label="MCP servers" columns={columns} items={data?.items} keyOf={keyOf} />;
}

/** Its address, or its command line. */
export function placeOf(transport: McpServer["transport"]): string {
  return transport.kind === "http"
    ? transport.url
    : [transport.command, ...transport.args].join(" ");
}
