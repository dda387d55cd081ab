import { Parser } from "htmlparser2";
import { protect } from "./protected-text.ts";

/** Deeper elements are flattened: what comes after recurses. */
const MAX_DEPTH = 100;
const MAX_ELEMENTS = 60_000;
const MAX_ATTRIBUTE_CHARS = 4_096;

/** Elements that hold nothing to read. */
const dropped = new Set([
  ...["script", "style", "noscript", "template", "iframe", "object", "embed", "applet", "svg"],
  ...["canvas", "audio", "video", "map", "input", "select", "textarea", "button"],
  ...["frame", "frameset", "link"],
]);
/** Around what a page holds; it is held by our own. */
const frames = new Set(["html", "head", "body", "title"]);
const voids = new Set(["area", "base", "br", "col", "hr", "img", "meta", "source", "track", "wbr"]);
const kept = new Set([
  ...["class", "id", "role", "lang", "dir", "name", "property", "itemprop", "itemtype", "content"],
  ...["colspan", "rowspan", "alt", "title", "rel", "datetime", "start", "scope"],
]);
const addresses = new Set(["href", "src"]);
const hiddenStyle =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?:px|em|rem|pt|%)?\s*(?:;|!|$))/i;
/** A page that goes deeper is no page: the parser's time grows with the square of it. */
const MAX_NESTING = 5_000;

export interface CleanHtml {
  /** What stands in a body; `meta` too. */
  html: string;
  /** Structured data of the page, as it stands there. */
  linkedData: string[];
  title: string | undefined;
  language: string | undefined;
}

/**
 * A page as HTML of known shape: bounded depth, elements and attributes, absolute web addresses, and only what a person who
 * looks at it would see; what is hidden is a place to put words for machines. Texts are protected (`protect`): no entities.
 * One pass, linear in the page. Throws a RangeError for a page that is nothing but depth.
 */
export function cleanHtml(page: string, base: URL): CleanHtml {
  const writer = new Writer(base);
  const parser = new Parser(
    {
      onopentag: (name, attributes) => writer.open(name, attributes),
      onclosetag: (name) => writer.close(name),
      ontext: (text) => writer.text(text),
    },
    { decodeEntities: true },
  );
  parser.end(page);
  return writer.end();
}

class Writer {
  readonly #parts: string[] = [];
  readonly #open: string[] = [];
  readonly #linkedData: string[] = [];
  #base: URL;
  #elements = 0;
  #nesting = 0;
  /** Elements that are open below one that is left out. */
  #skipping = 0;
  #title: string | undefined;
  #language: string | undefined;
  #collects: "title" | "data" | undefined;

  constructor(base: URL) {
    this.#base = base;
  }

  open(name: string, attributes: Record<string, string>): void {
    this.#collects = undefined;
    if (++this.#nesting > MAX_NESTING) throw new RangeError("The page is too deep.");
    if (this.#skipping > 0) {
      if (!voids.has(name)) this.#skipping++;
      return;
    }
    if (name === "script" && attributes["type"]?.trim().toLowerCase() === "application/ld+json") {
      this.#collects = "data";
      this.#linkedData.push("");
    }
    if (dropped.has(name) || isHidden(attributes)) {
      if (!voids.has(name)) this.#skipping++;
      return;
    }
    if (name === "title") {
      this.#collects = "title";
      this.#title ??= "";
    }
    if (name === "html") this.#language = attributes["lang"]?.slice(0, 40);
    if (frames.has(name)) return;
    if (name === "base") return this.#rebase(attributes["href"]);
    this.#elements++;
    if (this.#elements > MAX_ELEMENTS || (this.#open.length >= MAX_DEPTH && !voids.has(name))) {
      this.#parts.push(" ");
      return;
    }
    this.#parts.push(`<${name}${this.#attributes(attributes)}>`);
    if (!voids.has(name)) this.#open.push(name);
  }

  close(name: string): void {
    this.#collects = undefined;
    this.#nesting--;
    if (voids.has(name)) return;
    if (this.#skipping > 0) {
      this.#skipping--;
      return;
    }
    const at = this.#open.lastIndexOf(name);
    // Of one that was flattened.
    if (at < 0) return;
    for (const open of this.#open.splice(at).toReversed()) this.#parts.push(`</${open}>`);
  }

  text(text: string): void {
    if (this.#collects === "data" && this.#linkedData.length <= 20) {
      this.#linkedData[this.#linkedData.length - 1] += text;
    }
    if (this.#skipping > 0) return;
    if (this.#collects === "title") this.#title += text.slice(0, 1_000);
    else this.#parts.push(protect(text));
  }

  end(): CleanHtml {
    for (const open of this.#open.splice(0).toReversed()) this.#parts.push(`</${open}>`);
    const title = this.#title?.replaceAll(/\s+/g, " ").trim();
    return {
      html: this.#parts.join(""),
      linkedData: this.#linkedData,
      title: title || undefined,
      language: this.#language,
    };
  }

  #rebase(href: string | undefined): void {
    const url = href === undefined ? null : URL.parse(href, this.#base);
    if (url?.protocol === "http:" || url?.protocol === "https:") this.#base = url;
  }

  #attributes(attributes: Record<string, string>): string {
    const shown: string[] = [];
    for (const [name, value] of Object.entries(attributes)) {
      const text = addresses.has(name) ? this.#address(value) : kept.has(name) ? value : undefined;
      if (text === undefined || text.length > MAX_ATTRIBUTE_CHARS) continue;
      shown.push(` ${name}="${protect(text)}"`);
    }
    return shown.join("");
  }

  /** Scripts and data are no places to go to. */
  #address(value: string): string | undefined {
    if (value.length > MAX_ATTRIBUTE_CHARS) return undefined;
    const url = URL.parse(value.trim(), this.#base);
    if (!url || !["http:", "https:", "mailto:", "tel:"].includes(url.protocol)) return undefined;
    return url.href;
  }
}

function isHidden(attributes: Record<string, string>): boolean {
  const { style } = attributes;
  return (
    "hidden" in attributes ||
    attributes["aria-hidden"]?.trim().toLowerCase() === "true" ||
    (style !== undefined && hiddenStyle.test(style.slice(0, MAX_ATTRIBUTE_CHARS)))
  );
}
