import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  canonicalJson,
  childTraceParent,
  unionLabels,
  type EventOf,
  type Label,
  type MadeImage,
  type NewArtifact,
  type ToolContext,
} from "@flotilla/core";
import { askImages, type KeepImage } from "./ask-images.ts";
import { askModel } from "./ask-model.ts";
import { checkCredentialUse } from "./check-tool-use.ts";
import { openConnection } from "./open-connection.ts";
import { readArtifact } from "./read-artifact.ts";
import type { Segment } from "./segment.ts";
import { teamPort } from "./team/team-port.ts";

/**
 * What a call is given beside its input.
 *
 * @param found takes the labels of what the call comes to
 */
export function toolContext(
  segment: Segment,
  call: EventOf<"effect.intended">,
  found: Set<Label>,
): ToolContext {
  const { parts, journal, stop } = segment;
  const { runId, traceId, organisation, environment, labels, user, active } = journal.run;
  const credentialUser = { organisation, environment, runId, by: call.tool };
  const made = journal.run.steps.findLast(
    (one) => one.kind === "tool" && one.callId === call.callId,
  );
  const given = made?.kind === "tool" ? made.given : undefined;
  const shared = sharedWorkspace(segment);
  const workspace = { organisation, environment, workspace: shared?.label ?? runId };
  const keep = async (content: Omit<NewArtifact, "runId" | "organisation" | "environment">) => {
    const of = unionLabels(labels, [...found]);
    const about = { ...content, runId, organisation, environment, labels: of };
    const { id, mediaType, bytes } = await parts.artifacts.put(about);
    return { id, mediaType, bytes };
  };
  return {
    runId,
    callId: call.callId,
    idempotencyKey: call.idempotencyKey,
    attempt: call.attempt,
    traceParent: childTraceParent(traceId, parts.random),
    signal: stop.signal,
    clock: parts.clock,
    team: teamPort(segment, call.callId),
    ...{ organisation, environment, labels, agent: active.agentName },
    ...(user !== null && { by: user }),
    ...(given && { given }),
    model: (question) => askModel(segment, call.callId, question),
    image: imagesOf(segment, call.callId, keep),
    label: (...more) => more.forEach((label) => found.add(label)),
    fileLabels: {
      of: (path) => parts.store.fileLabels.of(workspace, path),
      all: () => parts.store.fileLabels.all(workspace),
      keep: (paths, of) => parts.store.fileLabels.keep(workspace, paths, of),
    },
    keep,
    async artifact(id) {
      const read = await readArtifact(segment, id);
      read.artifact.labels.forEach((label) => found.add(label));
      return read;
    },
    async place(request) {
      await checkCredentialUse(segment, request);
      return parts.credentials.place(request, credentialUser);
    },
    connection: (kind, name) => openConnection(segment, credentialUser, kind, name),
    ...(shared && { workspaceLock: shared.lock }),
    async workspace() {
      const folder = shared?.folder ?? join(parts.workspaces, runId);
      await mkdir(folder, { recursive: true });
      return folder;
    },
  };
}

function imagesOf(
  segment: Segment,
  callId: string,
  keep: (image: MadeImage & { id: string; name: string }) => ReturnType<ToolContext["keep"]>,
): ToolContext["image"] {
  const asked = new Map<string, number>();
  return (question) => {
    const same = canonicalJson(question);
    const nth = asked.get(same) ?? 0;
    asked.set(same, nth + 1);
    const { name = "image", count = 1 } = question;
    const keepImage: KeepImage = (image, id, place) => {
      const ending = image.mediaType.slice("image/".length);
      const number = count > 1 ? `-${place + 1}` : "";
      return keep({ ...image, id, name: `${name}${number}.${ending}` });
    };
    return askImages(segment, callId, question, nth, keepImage);
  };
}

/** The names of organisations, environments and agents are safe in paths. */
function sharedWorkspace({ spec, parts, journal }: Segment) {
  const name = spec.workspace?.shared;
  if (name === undefined) return undefined;
  const { organisation, environment } = journal.run;
  const home = join(parts.workspaces, "shared", organisation, environment, name);
  return { folder: join(home, "files"), lock: join(home, "lock"), label: `shared/${name}` };
}
