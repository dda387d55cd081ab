import type { Handlers } from "../../packages/tools/src/mcp/test-mcp-server.ts";

const tools = [
  {
    name: "find_supplier",
    title: "Find a supplier",
    description:
      "Finds suppliers by a part of their name, with their address and terms of payment.",
    inputSchema: {
      type: "object",
      properties: { name: { type: "string", description: "a part of the name" } },
      required: ["name"],
    },
    annotations: { readOnlyHint: true },
  },
  {
    name: "place_order",
    title: "Order from a supplier",
    description: "Orders goods from a supplier. The order is binding.",
    inputSchema: {
      type: "object",
      properties: {
        supplier: { type: "string" },
        item: { type: "string" },
        pieces: { type: "integer", minimum: 1 },
      },
      required: ["supplier", "item", "pieces"],
    },
    annotations: { readOnlyHint: false, destructiveHint: false },
  },
];

/** What an MCP server of a shop's suppliers has. */
export const supplierTools: Handlers = { "tools/list": () => ({ result: { tools } }) };
