import { createHash } from "node:crypto";
import { FlotillaError } from "@flotilla/core";
import { AwsClient } from "aws4fetch";
import type { Blobs } from "./blobs.ts";

export interface ObjectStorage {
  /** `https://s3.eu-central-1.amazonaws.com`, or that of any S3-compatible service. */
  endpoint: string;
  bucket: string;
  region: string;
  /** Before every key. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** The bucket in the path, not in the host's name. */
  forcePathStyle: boolean;
}

const timeoutMs = 60_000;
const retries = 4;

/** Content in S3-compatible object storage, `<prefix><run>/<artifact>`. */
export function objectBlobs(storage: ObjectStorage): Blobs {
  const { bucket, prefix } = storage;
  const objects = new Bucket(storage);
  return {
    location: `s3:${bucket}/${prefix}`,
    async write(runId, id, content) {
      await objects.send("PUT", objects.urlOf(`${prefix}${runId}/${id}`), content);
    },
    async read(runId, id) {
      const { found, body } = await objects.send("GET", objects.urlOf(`${prefix}${runId}/${id}`));
      return found ? body : undefined;
    },
    async deleteRun(runId) {
      for await (const keys of objects.list({ prefix: `${prefix}${runId}/` }, "Key")) {
        await Promise.all(keys.map((key) => objects.send("DELETE", objects.urlOf(key))));
      }
    },
    async *runs() {
      for await (const found of objects.list({ prefix, delimiter: "/" }, "Prefix")) {
        const runs = found.map((one) => one.slice(prefix.length, -1));
        yield [...new Set(runs.filter((one) => /^run_[0-9a-z]+$/.test(one)))];
      }
    },
  };
}

/** The requests to one bucket, signed. */
class Bucket {
  readonly #client: AwsClient;
  readonly #base: URL;

  constructor(storage: ObjectStorage) {
    const { region, accessKeyId, secretAccessKey } = storage;
    const keys = { accessKeyId, secretAccessKey };
    this.#client = new AwsClient({ ...keys, region, service: "s3", retries });
    this.#base = bucketUrl(storage);
  }

  urlOf(key: string): URL {
    return new URL(key.split("/").map(encodeURIComponent).join("/"), this.#base);
  }

  /** Throws `unavailable` for every answer but success and, where nothing was to be written, 404. */
  async send(
    method: string,
    url: URL,
    content?: Uint8Array,
  ): Promise<{ found: boolean; body: Uint8Array }> {
    // The content's hash is signed too: what arrives is what was sent, or it is refused.
    const hash = createHash("sha256")
      .update(content ?? "")
      .digest("hex");
    const init = {
      method,
      headers: { "x-amz-content-sha256": hash },
      signal: AbortSignal.timeout(timeoutMs),
      ...(content && { body: new Uint8Array(content) }),
    };
    let response: Response;
    try {
      response = await this.#client.fetch(url, init);
    } catch (cause) {
      const message = `The object storage does not answer: ${(cause as Error).message}`;
      throw new FlotillaError("unavailable", message, { transient: true, cause });
    }
    const body = new Uint8Array(await response.arrayBuffer());
    const found = response.status !== 404;
    if (response.ok || (!found && method !== "PUT")) return { found, body };
    const said = new TextDecoder().decode(body).replace(/\s+/g, " ").slice(0, 300);
    const message = `The object storage answered ${response.status}: ${said}`;
    throw new FlotillaError("unavailable", message, {
      transient: response.status >= 500,
      remedy: "Check the setting artifacts: endpoint, bucket, region and keys.",
    });
  }

  /** The texts of an element of a listing, page by page. */
  async *list(query: Record<string, string>, element: string): AsyncGenerator<string[]> {
    let token: string | undefined;
    do {
      const url = new URL(this.#base);
      const page = token ? { "continuation-token": token } : {};
      const asked = { "list-type": "2", ...query, ...page };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      const xml = new TextDecoder().decode((await this.send("GET", url)).body);
      yield textsOf(xml, element);
      token = textsOf(xml, "NextContinuationToken")[0];
    } while (token);
  }
}

function bucketUrl({ endpoint, bucket, forcePathStyle }: ObjectStorage): URL {
  const url = new URL(endpoint);
  if (!forcePathStyle) url.host = `${bucket}.${url.host}`;
  const path = url.pathname.replace(/\/*$/, "/");
  url.pathname = forcePathStyle ? `${path}${bucket}/` : path;
  return url;
}

/** The texts of all elements of that name. */
function textsOf(xml: string, tag: string): string[] {
  const found = xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"));
  return Array.from(found, ([, text = ""]) =>
    text
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
      .replaceAll("&amp;", "&"),
  );
}
