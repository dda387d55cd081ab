import type { InboxAnswered, Interrupt, Page } from "@flotilla/api";
import type { InboxItem, Json, ToolRule } from "@flotilla/core";
import { Person } from "../../person.ts";
import type { Claim } from "../claim.ts";
import { ApprovalStage, pathOf } from "./approval-stage.ts";

const asked = { expression: "pay 5 to ann" };
/** Shown as it stands, it reads otherwise. */
const deceiving = { expression: "pay \u202e005 to bob\u202c ann" };
const reject = { action: "reject", reason: "No." };

const invalid = [400, "invalid_request"] as const;
const misfit = [422, "tool_input_invalid"] as const;
const mismatch = [412, "precondition"] as const;
const forbidden = [403, "forbidden"] as const;
const missing = [404, "not_found"] as const;
const conflict = [409, "conflict"] as const;
const unknown = [401, "unauthenticated"] as const;

/**
 * Everything that could have a call made that nobody has approved, tried with real sessions over HTTP: changed, padded,
 * used again, too late, deceiving, by somebody else, by another organisation. Each is refused with its own error, and the
 * tool is never executed; then what was shown is approved, once, and executed once.
 */
export const attacks: Claim = {
  name: "attacks",
  async prove(proof) {
    const stage = await ApprovalStage.open(proof);
    const ann = await stage.invite("Ann", "approver");
    const bob = await stage.invite("Bob", "approver");
    const people = { ann: ann.person, bob: bob.person, bobId: bob.userId, annId: ann.userId };
    const open = await stage.propose("payer", asked);
    await changed(stage, people.ann, open);
    await padded(stage, people.ann, open);
    await edited(stage, people.ann, open);
    await outsiders(stage, open);
    await otherPeople(stage, people, open);
    await inBulk(stage, people, open);
    await deceived(stage, people.ann);
    await late(stage, people.ann);
    await denied(stage, people.ann);
    proof.equals("executions before an approval", await stage.executions(), 0);

    const approve = { action: "approve", hash: open.hash };
    await people.ann.json("POST", `${pathOf(open)}/answer`, approve);
    await stage.completed(open.runId);
    const path = pathOf(open);
    await stage.refused("used again", people.ann, { path, body: approve }, conflict);
    await stage.refused("another after it", people.ann, { path, body: reject }, conflict);
    const again = await stage.propose("payer", asked);
    const elsewhere = path.replace(open.runId, again.runId);
    const moved = { path: elsewhere, body: approve };
    await stage.refused("of another run", people.ann, moved, missing);
    proof.equals("executions", await stage.executions(), 1);
    proof.figure("attacks", stage.tried);
  },
};

/** One digit of the hash is another, wherever it is. */
async function changed(stage: ApprovalStage, by: Person, open: Interrupt): Promise<void> {
  const hash = open.hash ?? "";
  for (const [at, digit] of Array.from(hash).entries()) {
    const other = (Number.parseInt(digit, 16) ^ 1).toString(16);
    const body = { action: "approve", hash: hash.slice(0, at) + other + hash.slice(at + 1) };
    await stage.refused(`digit ${at} changed`, by, { path: pathOf(open), body }, mismatch);
  }
}

/** The right one, with something around it. */
async function padded(stage: ApprovalStage, by: Person, open: Interrupt): Promise<void> {
  const hash = open.hash ?? "";
  const path = pathOf(open);
  const hashes = [` ${hash}`, `${hash} `, `${hash}\n`, `${hash}\u200b`, `0x${hash}`, `${hash}00`];
  const bodies: Json[] = [
    ...hashes.map((one) => ({ action: "approve", hash: one })),
    { action: "approve", hash, input: asked },
    { action: "approve", hash, by: "Olga" },
    { action: "approve ", hash },
    { action: "approve", hash: [hash] },
    { action: "approve" },
  ];
  for (const body of bodies) {
    await stage.refused(`padded as ${JSON.stringify(body)}`, by, { path, body }, invalid);
  }
  const id = open.interruptId;
  for (const other of [`${id}%20`, `%20${id}`, `${id}%E2%80%8B`, `${id}%09`]) {
    const at = { path: path.replace(id, other), body: { action: "approve", hash } };
    await stage.refused(`the id as ${other}`, by, at, missing);
  }
}

/** Edits that are none, do not fit, or hold what the tool does not take or a reader does not see. */
async function edited(stage: ApprovalStage, by: Person, open: Interrupt): Promise<void> {
  const hash = open.hash ?? "";
  const edit = (name: string, input: Json, as: readonly [number, string], of = hash) => {
    const body = { action: "edit", hash: of, input };
    return stage.refused(`an edit ${name}`, by, { path: pathOf(open), body }, as);
  };
  await edit("that changes nothing", asked, invalid);
  await edit("with a field more", { ...asked, note: "x" }, misfit);
  await edit("of another type", { expression: 5 }, misfit);
  const other = (hash.startsWith("0") ? "1" : "0") + hash.slice(1);
  await edit("of something else", { expression: "pay 6" }, mismatch, other);
  for (const hidden of ["\u202a", "\u202e", "\u2066", "\u2069", "\u200b", "\ufeff", "\u{e0041}"]) {
    const code = hidden.codePointAt(0)?.toString(16);
    await edit(`with U+${code}`, { expression: `pay ${hidden}5` }, invalid);
  }
}

/** Who may not answer anything here. */
async function outsiders(stage: ApprovalStage, open: Interrupt): Promise<void> {
  await stage.owner.json("POST", "/api/v1/organisations", { id: "beta", name: "Beta" });
  const vic = await stage.invite("Vic", "viewer");
  const otto = await stage.invite("Otto", "owner", "beta");
  const answer = { path: pathOf(open), body: { action: "approve", hash: open.hash } };
  await stage.refused("by a viewer", vic.person, answer, forbidden);
  await stage.refused("by another organisation", otto.person, answer, missing);
  await stage.refused("by nobody", new Person(stage.owner.url), answer, unknown);
  const seen = await otto.person.json<Page<InboxItem>>("GET", "/api/v1/inbox");
  stage.proof.equals("seen by the other organisation", seen.items.length, 0);
}

interface People {
  ann: Person;
  bob: Person;
  annId: string;
  bobId: string;
}

/** What is another person's is his alone, even for the owner, until he takes it from him. */
async function otherPeople(
  stage: ApprovalStage,
  { ann, bob, annId, bobId }: People,
  open: Interrupt,
): Promise<void> {
  const { proof, owner } = stage;
  const path = pathOf(open);
  const answer = { path, body: { action: "approve", hash: open.hash } };
  await ann.json("PUT", `${path}/assignee`, { userId: bobId });
  await stage.refused("of what is assigned to Bob", ann, answer, forbidden);
  await stage.refused("of what is assigned to Bob, by the owner", owner, answer, forbidden);
  const taken = await ann.status("PUT", `${path}/assignee`, { userId: annId });
  proof.equals("taking it from Bob", taken, 403);
  await owner.json("PUT", `${path}/assignee`, { userId: annId });
  await stage.refused("of what was taken from him", bob, answer, forbidden);

  const forBob = await stage.propose("bobs", asked, {
    interrupts: { audience: { userId: bobId } },
  });
  const ofBob = { path: pathOf(forBob), body: { action: "approve", hash: forBob.hash } };
  await stage.refused("of what is for Bob", ann, ofBob, forbidden);
  const forAdmins = { interrupts: { audience: { role: "admin" } } };
  const high = await stage.propose("admins", asked, forAdmins);
  const ofAdmins = { path: pathOf(high), body: { action: "approve", hash: high.hash } };
  await stage.refused("of what is for admins", ann, ofAdmins, forbidden);
}

/** The same in bulk: nothing is answered. */
async function inBulk(
  { proof }: ApprovalStage,
  { ann, bob }: People,
  { runId, interruptId, hash }: Interrupt,
): Promise<void> {
  const bulk = async (name: string, by: Person, refs: Json[], code: string) => {
    const body = { answer: { action: "approve" }, interrupts: refs };
    const told = await by.json<InboxAnswered>("POST", "/api/v1/inbox/answer", body);
    const codes = told.refused.map((one) => one.code).join(" ");
    proof.holds(told.answered === 0 && codes === code, `${name}: ${JSON.stringify(told)}`);
  };
  const ref = { runId, interruptId };
  const other = (hash?.startsWith("0") ? "1" : "0") + hash?.slice(1);
  await bulk("in bulk without a hash", ann, [ref], "invalid_request");
  await bulk("in bulk with another hash", ann, [{ ...ref, hash: other }], "precondition");
  await bulk("in bulk by another", bob, [{ ...ref, hash }], "forbidden");
}

/** Arguments that read otherwise than they are: they are written out, and cannot be approved. */
async function deceived(stage: ApprovalStage, by: Person): Promise<void> {
  const open = await stage.propose("deceiver", deceiving);
  const path = pathOf(open);
  const text = open.display?.text ?? "";
  stage.proof.holds(text.includes("pay \\u202e005"), `rendered as ${text}`);
  stage.proof.holds(!/[\u202a-\u202e]/.test(text), "rendered with what deceives");
  stage.proof.equals("characters found", open.display?.hidden.length ?? 0, 2);
  const approve = { path, body: { action: "approve", hash: open.hash } };
  await stage.refused("of deceiving arguments", by, approve, invalid);
  await by.json("POST", `${path}/answer`, reject);
}

async function late(stage: ApprovalStage, by: Person): Promise<void> {
  const open = await stage.propose("hasty", asked, { interrupts: { expireSeconds: 2 } });
  await stage.completed(open.runId);
  const approve = { path: pathOf(open), body: { action: "approve", hash: open.hash } };
  await stage.refused("too late", by, approve, conflict);
}

/** What the rules deny by now cannot be approved, whatever it is edited into. */
async function denied(stage: ApprovalStage, by: Person): Promise<void> {
  const open = await stage.propose("denied", asked);
  const path = pathOf(open);
  const { hash } = open;
  const rule = { effect: "deny", tool: "led*", agent: "denied" };
  const { id } = await stage.owner.json<ToolRule>("POST", "/api/v1/tool-rules", rule);
  const edit = { action: "edit", hash, input: { expression: "pay 1" } };
  await stage.refused(
    "of a denied tool",
    by,
    { path, body: { action: "approve", hash } },
    forbidden,
  );
  await stage.refused("of an edit into what is denied", by, { path, body: edit }, forbidden);
  const taken = await by.status("DELETE", `/api/v1/tool-rules/${id}`);
  stage.proof.equals("taking the rule away", taken, 403);
}
