import { posix } from "node:path";
import type { Archive } from "../archive.ts";
import { parseXml, type XmlElement } from "../xml.ts";

/** What a part of an Office document refers to, by its ids. */
export type Relations = ReadonlyMap<string, { target: string; type: string; isExternal: boolean }>;

/** Those of one part; targets inside the archive are whole names. */
export async function relationsOf(archive: Archive, part: string): Promise<Relations> {
  const folder = posix.dirname(part);
  const text = await archive.textIfThere(`${folder}/_rels/${posix.basename(part)}.rels`);
  const relations = new Map<string, { target: string; type: string; isExternal: boolean }>();
  if (text === undefined) return relations;
  for (const { attributes } of parseXml(text).elements("Relationship")) {
    const { Id, Target = "", Type = "", TargetMode } = attributes;
    if (Id === undefined) continue;
    const isExternal = TargetMode === "External";
    const target = isExternal
      ? Target
      : Target.startsWith("/")
        ? Target.slice(1)
        : posix.join(folder, Target);
    relations.set(Id, { target, type: posix.basename(Type), isExternal });
  }
  return relations;
}

/** An attribute that is on unless it says otherwise, such as `w:b`. */
export function isOn(properties: XmlElement | undefined, name: string): boolean | undefined {
  const found = properties?.find(name);
  if (!found) return undefined;
  const value = found.attributes["w:val"];
  return value === undefined || !["0", "false", "off", "none"].includes(value);
}

/** What the document says of itself. */
export async function coreFacts(
  archive: Archive,
): Promise<{ title?: string; facts: Record<string, string> }> {
  const text = await archive.textIfThere("docProps/core.xml");
  if (text === undefined) return { facts: {} };
  const root = parseXml(text);
  const of = (name: string) => root.find(name)?.text().trim() || undefined;
  const title = of("dc:title");
  return {
    ...(title && { title }),
    facts: factsOf({
      author: of("dc:creator"),
      subject: of("dc:subject"),
      created: of("dcterms:created"),
      modified: of("dcterms:modified"),
    }),
  };
}

export function factsOf(facts: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}
