import type { NewNotification } from "@flotilla/core";

/** Addresses of pages, where a setting says what people call the server. */
export interface NotificationLinks {
  /** The page of what a notification tells of; undefined when nobody knows its address. */
  to(
    notification: Pick<NewNotification, "interruptId" | "runId" | "batchId" | "data">,
  ): string | undefined;
  /** Where a person says what he wants to be told. */
  preferences: string | undefined;
}

/** @param publicUrl the address that people open, without a slash at its end */
export function openLinks(publicUrl: string | undefined): NotificationLinks {
  const page = (path: string) => (publicUrl === undefined ? undefined : `${publicUrl}${path}`);
  return {
    preferences: page("/settings"),
    to({ interruptId, runId, batchId, data }) {
      if (interruptId !== undefined) return page(`/inbox?interrupt=${interruptId}`);
      if (runId !== undefined) return page(`/runs/${runId}`);
      const mcpServer = data?.["mcpServer"];
      if (typeof mcpServer === "string") return page(`/mcp-servers/${mcpServer}`);
      return batchId === undefined ? page("/inbox") : page(`/batches/${batchId}`);
    },
  };
}
