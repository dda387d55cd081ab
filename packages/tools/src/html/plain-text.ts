import { Tokenizer } from "htmlparser2";

const unread = new Set(["script", "style", "noscript", "template", "head", "textarea", "svg"]);
const inline = new Set(["a", "b", "i", "em", "strong", "span", "code", "sub", "sup", "small", "u"]);

/** The text of a page without its tags, whatever it is made of: it keeps no tree, so it takes linear time. */
export function plainText(page: string): string {
  const parts: string[] = [];
  let skipping: string | undefined;
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname(start, end) {
        const name = page.slice(start, end).toLowerCase();
        if (skipping === undefined && unread.has(name)) skipping = name;
        if (!inline.has(name)) parts.push("\n");
      },
      onclosetag(start, end) {
        const name = page.slice(start, end).toLowerCase();
        if (skipping === name || name === "head") skipping = undefined;
        if (!inline.has(name)) parts.push("\n");
      },
      ontext(start, end) {
        if (skipping === undefined) parts.push(page.slice(start, end));
      },
      ontextentity(codepoint) {
        if (skipping === undefined) parts.push(String.fromCodePoint(codepoint));
      },
      onattribdata: () => undefined,
      onattribentity: () => undefined,
      onattribend: () => undefined,
      onattribname: () => undefined,
      oncdata: () => undefined,
      oncomment: () => undefined,
      ondeclaration: () => undefined,
      onend: () => undefined,
      onopentagend: () => undefined,
      onprocessinginstruction: () => undefined,
      onselfclosingtag: () => undefined,
    },
  );
  tokenizer.write(page);
  tokenizer.end();
  return parts
    .join("")
    .split("\n")
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .filter(Boolean)
    .join("\n");
}
