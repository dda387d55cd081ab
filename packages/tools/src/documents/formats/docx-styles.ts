import { parseXml, type XmlElement } from "../xml.ts";

export interface Style {
  /** Of a heading, from 1. */
  level?: number;
  /** Its `w:numPr`, where paragraphs of the style are items of a list. */
  list?: XmlElement;
  isQuote: boolean;
}

/** Paragraph styles by their ids, with what they inherit. */
export type Styles = ReadonlyMap<string, Style>;

export function readStyles(text: string | undefined): Styles {
  const styles = new Map<string, Style>();
  if (text === undefined) return styles;
  const elements = new Map<string, XmlElement>();
  for (const style of parseXml(text).elements("w:style")) {
    const id = style.attributes["w:styleId"];
    if (id !== undefined) elements.set(id, style);
  }
  for (const id of elements.keys()) styles.set(id, styleOf(elements, id));
  return styles;
}

function styleOf(elements: ReadonlyMap<string, XmlElement>, id: string): Style {
  const style: Style = { isQuote: false };
  let current: string | undefined = id;
  // A chain that leads back to itself ends as well.
  for (let at = 0; current !== undefined && at < 32; at++) {
    const element = elements.get(current);
    const name = element?.find("w:name")?.attributes["w:val"]?.toLowerCase() ?? "";
    const properties = element?.find("w:pPr");
    const outline = properties?.find("w:outlineLvl")?.attributes["w:val"];
    const named = /^heading (\d)$/.exec(name)?.[1] ?? (name === "title" ? "1" : undefined);
    const level = named ?? (outline === undefined ? undefined : String(Number(outline) + 1));
    if (style.level === undefined && level !== undefined) style.level = Number(level);
    const list = properties?.find("w:numPr");
    if (!style.list && list) style.list = list;
    if (/quot/.test(name)) style.isQuote = true;
    current = element?.find("w:basedOn")?.attributes["w:val"];
  }
  return style;
}
