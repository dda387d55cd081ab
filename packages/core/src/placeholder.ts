/** Where a secret stands in what tools and models handle. */
const placeholder = /\{\{\s*credential:([A-Za-z0-9_.-]{1,64})\s*\}\}/g;

/** The placeholder of a credential. */
export function placeholderOf(name: string): string {
  return `{{credential:${name}}}`;
}

/** The names of the credentials that a text has placeholders for, each once. */
export function placeholdersIn(text: string): string[] {
  if (!text.includes("{{")) return [];
  return [...new Set(Array.from(text.matchAll(placeholder), ([, name = ""]) => name))];
}

/** Those of a request's headers and parameters. */
export function placeholdersOf({
  url,
  headers,
}: {
  url: URL;
  headers: Readonly<Record<string, string>>;
}): string[] {
  const texts = [...Object.values(headers), ...url.searchParams.values()];
  return [...new Set(texts.flatMap(placeholdersIn))];
}

/** A text with its placeholders replaced. */
export function fillPlaceholders(text: string, secretOf: (name: string) => string): string {
  return text.replace(placeholder, (_whole, name: string) => secretOf(name));
}
