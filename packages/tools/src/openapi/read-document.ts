import { FlotillaError, toFlotillaError } from "@flotilla/core";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { checkDestination } from "../http/destination.ts";
import { exchange } from "../http/exchange.ts";
import type { ApiAccess } from "./send-call.ts";

const maxBytes = 8 * 1024 * 1024;
const timeoutMs = 15_000;

/**
 * The text of a document: a file, or a URL that the guarded network may reach. Rejects with `config_invalid` naming it and
 * why it cannot be read.
 */
export async function readDocument(
  document: string,
  from: string,
  access: Omit<ApiAccess, "maxResponseBytes">,
): Promise<string> {
  try {
    if (!/^https?:/i.test(document)) return await readFile(resolve(from, document), "utf8");
    return await fetchDocument(document, access);
  } catch (thrown) {
    const { message, remedy, code } = toFlotillaError(thrown);
    throw new FlotillaError(
      "config_invalid",
      `The OpenAPI document ${document} cannot be read: ${message}`,
      {
        remedy:
          code === "internal"
            ? "Name a file or URL that exists in tools.openapi[].document."
            : remedy,
        cause: thrown,
      },
    );
  }
}

async function fetchDocument(
  document: string,
  { network, allow }: Omit<ApiAccess, "maxResponseBytes">,
): Promise<string> {
  const answer = await exchange(
    {
      method: "GET",
      url: checkDestination(document, allow),
      headers: { accept: "application/json, application/yaml, */*" },
    },
    {
      ...{ network, maxBytes, repeatable: true },
      signal: AbortSignal.timeout(timeoutMs),
      place: async (request) => request,
    },
  );
  if (answer.status !== 200) throw new Error(`it was answered with ${answer.status}`);
  if (answer.truncated) throw new Error(`it has more than ${maxBytes} bytes`);
  return answer.body.toString("utf8");
}
