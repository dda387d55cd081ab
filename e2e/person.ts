/** A person with a browser: cookies, and the origin that pages of the platform have. */
export class Person {
  readonly url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string) {
    this.url = url;
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const cookie = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(new URL(path, this.url), {
      method,
      redirect: "manual",
      headers: {
        ...headers,
        origin: this.url,
        ...(cookie && { cookie }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      const value = pair.slice(at + 1);
      if (value === "" || /max-age=0/i.test(line)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), value);
    }
    return answer;
  }

  /** Throws when it is refused. */
  async json<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> {
    const answer = await this.send(method, path, body, headers);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async status(method: string, path: string, body?: unknown): Promise<number> {
    return (await this.send(method, path, body)).status;
  }
}

/** The secret of a link, which is behind its `#`. */
export function tokenOf(link: string | undefined): string {
  return new URL(link ?? "").hash.slice(1);
}

/** The first owner, come in by the link that the platform printed. */
export async function firstOwner(url: string, adminLink: string | undefined): Promise<Person> {
  const owner = new Person(url);
  await owner.json("POST", "/api/v1/admin-link/accept", {
    token: tokenOf(adminLink),
    name: "Olga",
    email: "olga@example.com",
    password: "correct horse battery",
  });
  return owner;
}
