/**
 * One line of words, with nothing in it that Markdown reads otherwise: no marks, links, lists or line breaks. Most short
 * answers are such, and need no renderer.
 */
export function isPlainText(text: string): boolean {
  return words.test(text) && !listed.test(text) && !text.includes("www.");
}

const words = /^[\p{L}\p{N}"'“„(][\p{L}\p{N} "'“”„’,.;:?!()%€–-]{0,2000}$/u;
const listed = /^\d+[.)] /;
