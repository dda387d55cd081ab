import { unreadable } from "../documents/unreadable.ts";
import { walkXml } from "../documents/xml.ts";

const elements = new Set([
  ..."svg g defs symbol use switch path rect circle ellipse line polyline polygon".split(" "),
  ..."text tspan textPath title desc linearGradient radialGradient stop clipPath mask pattern".split(
    " ",
  ),
  ..."marker image style filter feBlend feColorMatrix feComponentTransfer feComposite".split(" "),
  ..."feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood".split(
    " ",
  ),
  ..."feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset".split(
    " ",
  ),
  ..."fePointLight feSpecularLighting feSpotLight feTile feTurbulence".split(" "),
]);
const attributeName = /^(?!on)[a-z][\w-]*$/i;
const picture = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z0-9+/=\s]*$/i;
/** What leads out of the file, or to what is not a plain value: another address than a part of this one. */
const leadsOut = /url\(\s*["']?\s*(?!#)|javascript:|expression\s*\(|@|\\|<!/i;

/**
 * An SVG with nothing in it but shapes, texts, gradients, filters and embedded pictures: no scripts, no handlers, nothing that
 * is loaded from elsewhere, no entities. Everything that is not known is left out. Throws when it is no SVG.
 */
export function safeSvg(text: string): string {
  const writer = new SvgWriter();
  // The document type that drawing programs write; one with entities in it is refused.
  walkXml(text.replace(/<!DOCTYPE\s+svg\b[^[>]*>/i, ""), writer);
  return writer.end();
}

class SvgWriter {
  #text = "";
  readonly #open: string[] = [];
  /** Elements that are open below one that is left out. */
  #skipping = 0;
  #style: string | undefined;

  open(name: string, attributes: Record<string, string>): void {
    if (this.#open.length === 0 && this.#text === "" && name !== "svg")
      throw unreadable("it is no SVG");
    if (this.#skipping > 0 || !elements.has(name)) {
      this.#skipping++;
      return;
    }
    const isRoot = this.#open.length === 0;
    this.#open.push(name);
    if (name === "style") this.#style = "";
    const kept = Object.entries(attributes).flatMap(([attribute, value]) =>
      keptAttribute(attribute, value),
    );
    const spaces = isRoot
      ? ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
      : "";
    this.#text += `<${name}${spaces}${kept.join("")}>`;
  }

  close(): void {
    if (this.#skipping > 0) {
      this.#skipping--;
      return;
    }
    if (this.#style !== undefined) {
      if (!leadsOut.test(this.#style)) this.#text += escape(this.#style);
      this.#style = undefined;
    }
    this.#text += `</${this.#open.pop()}>`;
  }

  text(data: string): void {
    if (this.#skipping > 0 || this.#open.length === 0) return;
    if (this.#style === undefined) this.#text += escape(data);
    else this.#style += data;
  }

  end(): string {
    if (this.#text === "") throw unreadable("it is no SVG");
    return this.#text;
  }
}

function keptAttribute(name: string, value: string): string[] {
  if (name === "href" || name === "xlink:href") {
    const target = value.trim();
    return target.startsWith("#") || picture.test(target) ? [` ${name}="${escape(target)}"`] : [];
  }
  if (name === "xml:space") return [` ${name}="${escape(value)}"`];
  if (name === "xmlns" || !attributeName.test(name) || leadsOut.test(value)) return [];
  return [` ${name}="${escape(value)}"`];
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
