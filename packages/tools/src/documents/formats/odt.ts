import type { Archive } from "../archive.ts";
import type { ParsedDocument } from "../document.ts";
import { toMarkdown } from "../markdown.ts";
import { unreadable } from "../unreadable.ts";
import { parseXml, type XmlElement } from "../xml.ts";
import { metaFacts, OdfReader } from "./odf.ts";

/** Headers, footers, comments and deleted text are not part of it. */
export async function parseOdt(archive: Archive): Promise<ParsedDocument> {
  const { content, reader } = await openOdf(archive);
  const body = content.find("office:body", "office:text");
  if (!body) throw unreadable("it has no text");
  const blocks = reader.blocks(body);
  const parts = [{ kind: "text" as const, markdown: toMarkdown([...blocks, ...reader.notes]) }];
  const { title, facts } = await metaFacts(archive);
  return { format: "odt", ...(title && { title }), facts, parts, notes: [] };
}

/** An OpenDocument's content with the styles it uses. */
export async function openOdf(
  archive: Archive,
): Promise<{ content: XmlElement; reader: OdfReader }> {
  const content = parseXml(await archive.text("content.xml"));
  const styles = await archive.textIfThere("styles.xml");
  const reader = new OdfReader(styles === undefined ? undefined : parseXml(styles), content);
  return { content, reader };
}
