import { serveThread } from "../thread/serve-thread.ts";
import type { ParsedDocument, ParseOptions } from "./document.ts";
import { readDocument } from "./read-document.ts";

export interface ReadWork {
  content: Uint8Array;
  name: string;
  options: ParseOptions;
}

serveThread(({ content, name, options }: ReadWork): Promise<ParsedDocument> =>
  readDocument(content, name, options),
);
