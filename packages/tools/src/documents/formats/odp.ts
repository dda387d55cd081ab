import type { Archive } from "../archive.ts";
import type { DocumentPart, ParsedDocument } from "../document.ts";
import { runsText, toMarkdown } from "../markdown.ts";
import { unreadable } from "../unreadable.ts";
import type { XmlElement } from "../xml.ts";
import type { OdfReader } from "./odf.ts";
import { metaFacts } from "./odf.ts";
import { openOdf } from "./odt.ts";
import { slideMarkdown } from "./slide.ts";

/** Slides with their texts and tables, each with its notes. */
export async function parseOdp(archive: Archive): Promise<ParsedDocument> {
  const { content, reader } = await openOdf(archive);
  const slides = content.find("office:body", "office:presentation")?.elements("draw:page") ?? [];
  if (slides.length === 0) throw unreadable("it has no slides");
  const { title, facts } = await metaFacts(archive);
  const parts = slides.map((slide) => slidePart(reader, slide));
  return { format: "odp", ...(title && { title }), facts, parts, notes: [] };
}

function slidePart(reader: OdfReader, slide: XmlElement): DocumentPart {
  const shapes = slide.elements().filter(({ name }) => name !== "presentation:notes");
  const isTitle = (shape: XmlElement) => shape.attributes["presentation:class"] === "title";
  const title = shapes.filter(isTitle).flatMap((shape) => reader.block(shape));
  const name = title
    .map((block) => (block.kind === "paragraph" ? runsText(block.runs) : ""))
    .filter(Boolean)
    .join(" ");
  const blocks = shapes.filter((shape) => !isTitle(shape)).flatMap((shape) => reader.block(shape));
  const notes = slide.find("presentation:notes");
  const told = toMarkdown(notes ? reader.blocks(notes) : []);
  return { kind: "slide", ...(name && { name }), markdown: slideMarkdown(name, blocks, told) };
}
