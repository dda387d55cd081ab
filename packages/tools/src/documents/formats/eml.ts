import type { ParsedDocument } from "../document.ts";
import { unreadable } from "../unreadable.ts";
import { readPage } from "../../html/read-page.ts";
import { factsOf } from "./office.ts";
import type { Address } from "postal-mime";

/** A mail's fields, its text (of its HTML where it has no other), and what is attached. */
export async function parseEml(content: Uint8Array): Promise<ParsedDocument> {
  const { default: PostalMime } = await import("postal-mime");
  let mail: Awaited<ReturnType<typeof PostalMime.parse>>;
  try {
    mail = await PostalMime.parse(content, { maxNestingDepth: 32, maxHeadersSize: 1024 * 1024 });
  } catch (error) {
    throw unreadable(`it is no mail (${error instanceof Error ? error.message : String(error)})`);
  }
  const facts = factsOf({
    from: mail.from && addresses([mail.from]),
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    bcc: addresses(mail.bcc),
    "reply-to": addresses(mail.replyTo),
    // As it is written, with its own time zone.
    date: mail.headers.find(({ key }) => key === "date")?.value,
    subject: mail.subject,
    "message-id": mail.messageId,
  });
  const head = Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`);
  const body = mail.text?.trim()
    ? mail.text.replaceAll(/\r\n?/g, "\n").trim()
    : readPage(mail.html ?? "").markdown;
  const attached = mail.attachments.map(({ filename, mimeType, content: data }) => {
    const bytes = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
    return `- ${filename ?? "(no name)"} (${mimeType}, ${bytes} bytes)`;
  });
  const pieces = [
    head.join("\n"),
    body,
    attached.length > 0 ? `Attachments:\n\n${attached.join("\n")}` : "",
  ];
  const title = mail.subject?.trim();
  const markdown = pieces.filter(Boolean).join("\n\n");
  return {
    format: "eml",
    ...(title && { title }),
    facts,
    parts: [{ kind: "text", markdown }],
    notes: [],
  };
}

function addresses(list: readonly Address[] | undefined): string | undefined {
  const shown = (list ?? []).map((one) =>
    one.name && one.address ? `${one.name} <${one.address}>` : one.address || one.name,
  );
  return shown.filter(Boolean).join(", ") || undefined;
}
