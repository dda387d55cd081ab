import type { TopicRequest } from "@flotilla/api";
import { requirePermission } from "../access/permit.ts";
import type { EventStreamParts } from "../streams/event-stream.ts";
import { topicPermissions } from "../streams/topics.ts";
import type { Viewer } from "../streams/viewer.ts";
import { topicOf } from "./resources.ts";

/** Changes of one resource are told together, this often at most. */
const everyMs = 500;

/**
 * Tells of changes of resources until the signal is aborted. Those that the caller may not follow, that there are
 * not, or of whose changes nothing is known, are told nothing of.
 */
export async function followResources(
  streams: EventStreamParts,
  viewer: Viewer,
  uris: readonly string[],
  signal: AbortSignal,
  tell: (uri: string) => void,
): Promise<void> {
  await Promise.all(
    uris.map(async (uri) => {
      const topic = topicOf(uri);
      if (topic) await followResource(streams, viewer, topic, signal, () => tell(uri));
    }),
  );
}

async function followResource(
  streams: EventStreamParts,
  viewer: Viewer,
  request: TopicRequest,
  signal: AbortSignal,
  tell: () => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!signal.aborted) tell();
    }, everyMs);
  };
  try {
    for (const permission of topicPermissions[request.topic]) {
      await requirePermission(streams.access, viewer.caller, permission);
    }
    const { follow } = await streams.open(viewer, request);
    await follow({
      signal,
      turn: (work) => work(),
      async send(messages) {
        if (messages.some(({ type }) => type !== "end")) later();
      },
    });
  } catch {
    // What cannot be followed is read when somebody wants it.
  }
}
