/**
 * What the content security policy knows the app's own style elements by; empty where the page has no such policy. Set for
 * libraries too, which look for it under this name.
 */
export const styleNonce =
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";

declare global {
  var __webpack_nonce__: string;
}

globalThis.__webpack_nonce__ = styleNonce;
