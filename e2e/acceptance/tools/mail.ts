import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificate, type Certificate } from "../../../packages/tools/test/certificate.ts";
import { startDovecot, type Dovecot } from "../../../packages/tools/test/dovecot.ts";
import {
  openSmtpPeer,
  type SendStage,
  type SmtpPeer,
} from "../../../packages/tools/test/smtp-peer.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { ConnectionStage } from "./connection-stage.ts";

const newsletter = new URL("../../../packages/tools/test/newsletter.eml", import.meta.url);
const password = `${randomBytes(12).toString("hex")}-of-ann`;
const wrongPassword = `${randomBytes(12).toString("hex")}-wrong`;

interface Setting {
  proof: Proof;
  stage: ConnectionStage;
  imap: Dovecot;
  smtp: SmtpPeer;
  /** Told how far a mail's sending has come. */
  onStage: { told: (stage: SendStage) => Promise<void> };
}

/**
 * Agents search, read, answer and send mail at a real Dovecot, through a connection that a person has added on the command
 * line. However the worker dies while it sends, each mail is sent once: the run goes on by itself, or asks a person where
 * nobody can know. What is wrong is said, and no secret is told.
 */
export const mail: Claim = {
  name: "mail",
  async prove(proof) {
    const certificate = await makeCertificate();
    const users = { ann: password };
    const imap = await startDovecot(users, certificate);
    proof.finally(() => imap.stop());
    const onStage: Setting["onStage"] = { told: async () => undefined };
    const smtp = await openSmtpPeer({
      ...{ users, certificate, security: "starttls" },
      onStage: (now) => onStage.told(now),
    });
    proof.finally(() => smtp.close());
    const stage = await ConnectionStage.open(proof, [imap.port, imap.tlsPort, smtp.port, 993]);
    const setting: Setting = { proof, stage, imap, smtp, onStage };
    await connect(setting, certificate);
    await readsAndSends(setting);
    await sendsOnce(setting);
    await saysWhatIsWrong(setting);
    const tellers = await stage.tellers([password, wrongPassword]);
    proof.equals("places that tell a secret", tellers.length, 0);
  },
};

async function connect(
  { proof, stage, imap, smtp }: Setting,
  { cert }: Certificate,
): Promise<void> {
  const ca = join(proof.folder, "ca.pem");
  await writeFile(ca, cert);
  const kind = ["--kind", "mail", "--address", "ann@example.com", "--user", "ann"];
  const at = (imapPort: number) => ["--imap", `127.0.0.1:${imapPort}/tls`];
  const out = ["--smtp", `127.0.0.1:${smtp.port}/starttls`];
  const trusted = ["--ca", ca];
  const said = await stage.add("work", password, ...kind, ...at(imap.tlsPort), ...out, ...trusted);
  proof.equals("the test of the connection", said, "");
  const wrong = await stage.add("wrong", wrongPassword, ...kind, ...at(imap.tlsPort), ...trusted);
  proof.holds(wrong.includes("refused the login"), `a wrong password is: ${wrong}`);
  const unproven = await stage.add("unproven", password, ...kind, ...at(imap.tlsPort));
  proof.holds(
    unproven.includes("no TLS that can be trusted"),
    `an unknown authority is: ${unproven}`,
  );
  const away = await stage.add("away", password, ...kind, ...at(993), ...trusted);
  proof.holds(away.includes("cannot be reached"), `a server that is away is: ${away}`);
}

const connection = "work";

async function readsAndSends({ proof, stage, imap, smtp }: Setting): Promise<void> {
  await imap.deliver("ann", await readFile(newsletter));
  const { outputs: found } = await stage.play({
    tool: "mail_search",
    input: { connection, subject: "März" },
  });
  const mails = (found[0]?.["mails"] ?? []) as { id: string; from: string }[];
  proof.equals("mails that fit", mails.length, 1);
  const id = mails[0]?.id ?? "";
  const letter = {
    connection,
    to: ["zoe@example.org"],
    subject: "Re: Figures",
    body: "The **figures**.",
  };
  const { outputs, status } = await stage.play(
    { tool: "mail_read", input: { connection, mail: id } },
    { tool: "mail_attachment", input: { connection, mail: id, number: 1, path: "figures.csv" } },
    {
      tool: "mail_send",
      input: { ...letter, inReplyTo: id, attachments: [{ path: "figures.csv" }] },
    },
  );
  proof.equals("the run that answers", status, "completed");
  const text = String(outputs[0]?.["text"]);
  proof.holds(/\| North +\| 12 +\|/.test(text), `the table was read as ${text}`);
  proof.holds(!text.includes("ignore all"), "hidden text was read");
  const [sent] = smtp.mails;
  proof.equals("mails sent", smtp.mails.length, 1);
  proof.equals("in the thread of", sent?.inReplyTo ?? "", "<figures-3@example.org>");
  const content = sent?.attachments[0]?.content;
  const attached = content instanceof ArrayBuffer ? Buffer.from(content).toString() : "";
  proof.equals("the attachment", attached, "region,sum\nNorth,12\n");
}

const allStages = ["connected", "begun", "taken", "answered"] as const;

/** The worker is killed at each stage of the sending of a mail. */
async function sendsOnce(setting: Setting): Promise<void> {
  const { proof, smtp } = setting;
  const isFull = proof.scale.name === "full";
  const rounds = isFull ? 5 : 1;
  const stages = isFull ? allStages : (["begun", "taken"] as const);
  let asked = 0;
  for (let round = 0; round < rounds; round++) {
    for (const at of stages) {
      const subject = `Killed when ${at}, ${round}`;
      if (await killedAt(setting, at, subject)) asked += 1;
      const sent = smtp.mails.filter((one) => one.subject === subject).length;
      proof.holds(sent === 1, `"${subject}" was sent ${sent} times`);
    }
  }
  proof.figure("sends whose worker was killed", rounds * stages.length);
  proof.figure("of which a person was asked", asked);
}

/** Resolves once the run has ended; whether a person was asked what became of the mail. */
async function killedAt(
  setting: Setting,
  at: (typeof allStages)[number],
  subject: string,
): Promise<boolean> {
  const { proof, stage, smtp, onStage } = setting;
  const killed = Promise.withResolvers<void>();
  let isKilled = false;
  const kill = () => {
    isKilled = true;
    proof.holds(stage.killWorkers() > 0, "there was no worker to kill");
    killed.resolve();
  };
  onStage.told = async (now) => {
    if (!isKilled && now === at) kill();
  };
  const input = { connection, to: ["bob@example.com"], subject, body: "Once." };
  const runId = await stage.begin([{ tool: "mail_send", input }]);
  if (at === "answered") {
    const patience = { what: "the mail", timeoutMs: 60_000, everyMs: 1 };
    await eventually(
      patience,
      () => smtp.mails.some((one) => one.subject === subject) || undefined,
    );
    kill();
  }
  await killed.promise;
  const { status } = await stage.ended(runId);
  if (status === "completed") return false;
  await settle(setting, runId, subject);
  return true;
}

/** As the person does who was asked: the mail has arrived, so it goes to Sent, and the run goes on. */
async function settle({ proof, stage }: Setting, runId: string, subject: string): Promise<void> {
  const { client } = stage.platform;
  const { outputs } = await stage.play({
    tool: "mail_search",
    input: { connection, folder: "Drafts", subject },
  });
  const mails = ((outputs[0]?.["mails"] ?? []) as { id: string }[]).map(({ id }) => id);
  proof.holds(mails.length === 1, `of "${subject}" ${mails.length} are in Drafts`);
  await stage.play({ tool: "mail_move", input: { connection, mails, folder: "Sent" } });
  const [interrupt] = (await client.inbox.list({ runId })).items;
  await client.runs.answer(runId, interrupt?.interruptId ?? "", { action: "redo" });
  const done = { what: "the run that was answered", timeoutMs: 60_000 };
  await eventually(done, async () => {
    return (await client.runs.get(runId)).status === "completed" || undefined;
  });
}

async function saysWhatIsWrong({ proof, stage, smtp }: Setting): Promise<void> {
  const before = smtp.mails.length;
  const letter = { connection, to: ["bob@example.com"], subject: "s", body: "b" };
  const cases: [string, string, object, string][] = [
    ["a wrong password", "mail_search", { connection: "wrong" }, "refused the login"],
    [
      "an unknown authority",
      "mail_search",
      { connection: "unproven" },
      "no TLS that can be trusted",
    ],
    ["a server that is away", "mail_search", { connection: "away" }, "cannot be reached"],
    ["several connections", "mail_search", {}, "several mail connections"],
    ["an unknown one", "mail_search", { connection: "none" }, "no mail connection"],
    [
      "a header in the subject",
      "mail_send",
      { ...letter, subject: "s\r\nBcc: eve@example.org" },
      "one line",
    ],
    [
      "a header in an address",
      "mail_send",
      { ...letter, to: ["b@example.com\nBcc: e@example.org"] },
      "address",
    ],
  ];
  const calls = cases.map(([_what, tool, input]) => ({ tool, input }));
  const { errors, outputs } = await stage.play(...calls);
  const said = errors.map(({ message }) => message).join(" ");
  proof.equals("faulty calls that came to something", outputs.length, 0);
  for (const [what, , , expected] of cases) {
    proof.holds(said.includes(expected), `${what} is not told as "${expected}": ${said}`);
  }
  proof.figure("faults that are said", cases.length);
  proof.equals("mails sent by mistake", smtp.mails.length - before, 0);
}
