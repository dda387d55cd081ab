import { SaxesParser } from "saxes";
import { tooLarge, unreadable } from "./unreadable.ts";

const mostNodes = 2_000_000;
/** Elements in elements; office documents stay below 60. */
const deepest = 256;

export class XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[] = [];

  constructor(name: string, attributes: Record<string, string>) {
    this.name = name;
    this.attributes = attributes;
  }

  /** Elements directly below, of one name or all. */
  elements(name?: string): XmlElement[] {
    return this.children.filter(
      (child): child is XmlElement =>
        typeof child !== "string" && (name === undefined || child.name === name),
    );
  }

  /** The first one along a path of names. */
  find(...names: string[]): XmlElement | undefined {
    const [name, ...rest] = names;
    const found = this.elements(name)[0];
    return rest.length > 0 ? found?.find(...rest) : found;
  }

  /** All of one name at any depth, in the document's order. */
  *all(name: string): Generator<XmlElement> {
    for (const child of this.elements()) {
      if (child.name === name) yield child;
      yield* child.all(name);
    }
  }

  text(): string {
    return this.children
      .map((child) => (typeof child === "string" ? child : child.text()))
      .join("");
  }
}

export interface XmlHandlers {
  open(name: string, attributes: Record<string, string>): void;
  close(name: string): void;
  text(text: string): void;
}

/**
 * Tells of what is in an XML text, as it comes. Nothing outside of it is ever loaded and no entity is expanded but
 * XML's own five: a document type is refused. Throws `tool_failed` for that, for what is not well-formed, and
 * for what is too deep or too much.
 */
export function walkXml(text: string, handlers: XmlHandlers): void {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let nodes = 0;
  let depth = 0;
  const count = () => {
    if (++nodes > mostNodes) throw tooLarge(`its XML has more than ${mostNodes} nodes`);
  };
  parser.on("doctype", () => {
    throw unreadable("its XML declares a document type, which office documents do not");
  });
  parser.on("error", (error) => {
    throw unreadable(`its XML is not well-formed (${error.message})`);
  });
  parser.on("opentag", (tag) => {
    count();
    if (++depth > deepest) throw tooLarge(`its XML is more than ${deepest} elements deep`);
    handlers.open(tag.name, tag.attributes);
  });
  parser.on("closetag", (tag) => {
    depth--;
    handlers.close(tag.name);
  });
  const onText = (data: string) => {
    count();
    handlers.text(data);
  };
  parser.on("text", onText);
  parser.on("cdata", onText);
  parser.write(text.replace(/^\uFEFF/, "")).close();
}

/** The root element. Throws as `walkXml` does. */
export function parseXml(text: string): XmlElement {
  const root = new XmlElement("", {});
  const open = [root];
  walkXml(text, {
    open(name, attributes) {
      const element = new XmlElement(name, attributes);
      open.at(-1)?.children.push(element);
      open.push(element);
    },
    close: () => void open.pop(),
    text: (data) => void open.at(-1)?.children.push(data),
  });
  const top = root.elements()[0];
  if (!top) throw unreadable("its XML is empty");
  return top;
}
