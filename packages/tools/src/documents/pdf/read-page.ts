import type { PageContent, Piece } from "./page-content.ts";
import { rulesOf, type OperatorCodes, type Operators } from "./rules.ts";

/** What of a page of pdf.js is used. */
export interface PdfPage {
  getTextContent(options: { includeMarkedContent: boolean }): Promise<{ items: PdfItem[] }>;
  getOperatorList(): Promise<Operators>;
  commonObjs: { has(id: string): boolean; get(id: string): unknown };
}

type PdfItem =
  | { str: string; transform: number[]; width: number; height: number; fontName: string }
  | { type: string };

const mostPieces = 200_000;

/** The texts of a page and the lines that are drawn on it. Text that is turned comes without its place. */
export async function readPage(page: PdfPage, codes: OperatorCodes): Promise<PageContent> {
  // Fonts have their names once the page's operators are known.
  const operators = await page.getOperatorList();
  // What is marked ends a piece, so that neighbours in a table are not joined.
  const { items } = await page.getTextContent({ includeMarkedContent: true });
  const pieces = items
    .slice(0, mostPieces)
    .flatMap((item) => ("str" in item ? pieceOf(page, item) : []));
  return { pieces, rules: rulesOf(operators, codes) };
}

function pieceOf(page: PdfPage, item: Extract<PdfItem, { str: string }>): Piece[] {
  const text = item.str.replaceAll("\0", "");
  if (text.trim() === "") return [];
  const [a = 0, b = 0, c = 0, d = 0, left = 0, base = 0] = item.transform;
  const size = Math.hypot(c, d) || Math.hypot(a, b);
  const name = fontName(page, item.fontName);
  const bold = /bold|black|heavy|semibold|demi/i.test(name);
  const italic = /italic|oblique/i.test(name);
  return [{ text, left, right: left + item.width, base, size, bold, italic }];
}

function fontName(page: PdfPage, id: string): string {
  const font = page.commonObjs.has(id) ? page.commonObjs.get(id) : undefined;
  const name = (font as { name?: unknown } | undefined)?.name;
  return typeof name === "string" ? name : "";
}
