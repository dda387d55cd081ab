import { marked, type Token, type Tokens } from "marked";
import type { Block, TableCell, TextRun } from "../document.ts";
import { pageBreak } from "../markdown.ts";

type Style = Omit<TextRun, "text">;

const deepest = 50;

/** Markdown (GFM) as blocks. Images are their texts; HTML is left out, but for `<br>` and the sign of a page break. */
export function blocksOf(markdown: string): Block[] {
  return marked.lexer(markdown, { gfm: true }).flatMap((token) => blockOf(token, 0));
}

function blockOf(token: Token, depth: number): Block[] {
  if (depth > deepest) return [];
  switch (token.type) {
    case "heading":
      return [{ kind: "heading", level: (token as Tokens.Heading).depth, runs: inline(token) }];
    case "paragraph":
    case "text":
      return [{ kind: "paragraph", runs: inline(token) }];
    case "code":
      return [{ kind: "code", text: (token as Tokens.Code).text }];
    case "hr":
      return [{ kind: "rule" }];
    case "blockquote":
      return (token as Tokens.Blockquote).tokens
        .flatMap((one) => blockOf(one, depth + 1))
        .map((block) => (block.kind === "paragraph" ? { kind: "quote", runs: block.runs } : block));
    case "list":
      return items(token as Tokens.List, depth);
    case "table":
      return [tableOf(token as Tokens.Table)];
    case "html":
      return token.raw.trim() === pageBreak ? [{ kind: "page-break" }] : [];
    default:
      return [];
  }
}

function items(list: Tokens.List, depth: number): Block[] {
  const start = Number(list.start) || 1;
  return list.items.flatMap((item, at): Block[] => {
    const [first, ...rest] = item.tokens;
    const isText = first?.type === "text" || first?.type === "paragraph";
    const box: TextRun[] = item.task ? [{ text: item.checked ? "☑ " : "☐ " }] : [];
    const runs = isText ? [...box, ...inline(first)] : box;
    const others = isText ? rest : item.tokens;
    const number = list.ordered ? { number: `${start + at}.` } : {};
    const own: Block = { kind: "item", depth, ...number, runs };
    return [own, ...others.flatMap((one) => blockOf(one, depth + 1))];
  });
}

function tableOf(table: Tokens.Table): Block {
  const cellOf = (cell: Tokens.TableCell): TableCell => {
    const runs = cell.tokens.flatMap((token) => runsOf(token, {}, 0));
    const text = runs.map((run) => run.text).join("");
    return { text, runs, ...(cell.align && { align: cell.align }) };
  };
  return { kind: "table", rows: [table.header, ...table.rows].map((row) => row.map(cellOf)) };
}

function inline(token: Token): TextRun[] {
  const tokens = (token as Tokens.Generic).tokens;
  return (tokens ?? [token]).flatMap((one) => runsOf(one, {}, 0));
}

function runsOf(token: Token, style: Style, depth: number): TextRun[] {
  if (depth > deepest) return [];
  const inner = (more: Style) =>
    ((token as Tokens.Generic).tokens ?? []).flatMap((one) =>
      runsOf(one, { ...style, ...more }, depth + 1),
    );
  switch (token.type) {
    case "strong":
      return inner({ bold: true });
    case "em":
      return inner({ italic: true });
    case "del":
      return inner({ strike: true });
    case "codespan":
      return [{ text: decode((token as Tokens.Codespan).text), ...style, code: true }];
    case "br":
      return [{ text: "\n", ...style }];
    case "link": {
      const { href } = token as Tokens.Link;
      return /^(?:https?|mailto|tel):/i.test(href) ? inner({ link: href }) : inner({});
    }
    case "image":
      return [{ text: (token as Tokens.Image).text, ...style }];
    case "html":
      return /^<br\s*\/?>$/i.test(token.raw) ? [{ text: "\n", ...style }] : [];
    case "text":
      return (token as Tokens.Text).tokens
        ? inner({})
        : [{ text: decode((token as Tokens.Text).text).replaceAll("\n", " "), ...style }];
    case "escape":
      return [{ text: decode((token as Tokens.Escape).text), ...style }];
    default:
      return [];
  }
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

function decode(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,5}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}
