/**
 * The host that a URL, or the domain that a mail address, leads to, in the one form that names are compared in: lower
 * case, ASCII (punycode), without a dot at the end. Undefined where that cannot be told for certain: where it is
 * neither, or where programs read it differently (a
 * backslash, a blank or a control character within, an encoded host, several addresses in one).
 */
export function hostOf(text: string): string | undefined {
  if (text.length > 8_192 || /[\p{C}\\]/u.test(text)) return undefined;
  const trimmed = text.trim();
  return trimmed.includes("://") ? hostOfUrl(trimmed) : domainOf(trimmed);
}

function hostOfUrl(text: string): string | undefined {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\s]+)(?:[/?#]\S*)?$/iu.exec(text) ?? [];
  // Encoded hosts, and what stands between two @, are read in more than one way.
  if (authority === undefined || /%|@.*@/u.test(authority)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  // Of schemes that it does not know, a URL keeps the host as it was written.
  return isSpecial(url) ? canonical(url.hostname) : canonicalHost(url.hostname);
}

function isSpecial({ protocol }: URL): boolean {
  return ["http:", "https:", "ws:", "wss:", "ftp:"].includes(protocol);
}

/** `someone@example.com`, or with a name before it in angle brackets. */
function domainOf(text: string): string | undefined {
  const inBrackets = /^[^<>@,;]*<([^<>]+)>$/.exec(text);
  const address = (inBrackets?.[1] ?? text).replace(/^mailto:/i, "");
  const [, domain] = /^[^\s@<>,;:"()?%]+@([^\s@<>,;:"()?%/#[\]]+)$/u.exec(address) ?? [];
  return domain === undefined ? undefined : canonicalHost(domain);
}

/** Undefined: not the name or number of a host. */
export function canonicalHost(host: string): string | undefined {
  if (/[\s\p{C}/\\?#@%*]|^[^[].*:/u.test(host) || host === "") return undefined;
  try {
    return canonical(new URL(`http://${host}/`).hostname);
  } catch {
    return undefined;
  }
}

function canonical(hostname: string): string | undefined {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  return name === "" || name.startsWith(".") || name.endsWith(".") ? undefined : name;
}

/** @param pattern a host, or `*.` and a host for all below it; canonical */
export function isHostOf(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/** The form in which `isHostOf` takes a pattern. Undefined: not one. */
export function canonicalPattern(pattern: string): string | undefined {
  if (!pattern.startsWith("*.")) return pattern.includes("*") ? undefined : canonicalHost(pattern);
  const rest = canonicalHost(pattern.slice(2));
  return rest === undefined ? undefined : `*.${rest}`;
}
