/** A client that knows the HTTP API alone. */
export interface Session {
  access_token: string;
  refresh_token: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a client sees JSON, and the journey asserts what is in it
type Json = any;

export interface Answer {
  status: number;
  body: Json;
}

export interface Client {
  get(path: string, session?: Session, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: object, session?: Session): Promise<Answer>;
  delete(path: string, session?: Session): Promise<Answer>;
  raw(path: string, body: string, headers: Record<string, string>): Promise<Answer>;
  /** The path of the link in the newest mail to the address, of the page that it names; waits for the mail. */
  mailedLink(to: string, page?: string): Promise<string>;
}

export function client(base: string): Client {
  const call = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answer> => {
    const response = await fetch(new URL(path, base), { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  };
  const authorization = (session?: Session): Record<string, string> =>
    session === undefined ? {} : { authorization: `Bearer ${session.access_token}` };
  return {
    get: (path, session, headers = {}) => call("GET", path, { ...authorization(session), ...headers }),
    post: (path, body, session) => {
      const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
      return call(
        "POST",
        path,
        { ...authorization(session), ...type },
        body === undefined ? undefined : JSON.stringify(body),
      );
    },
    delete: (path, session) => call("DELETE", path, authorization(session)),
    raw: (path, body, headers) => call("POST", path, headers, body),
    mailedLink: async (to, page = "verify-email") => {
      for (let tries = 0; tries < 200; tries++) {
        const { body } = await call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`, {});
        const link = new RegExp(`https?://[^/\\s]+(/v1/auth/${page}/[\\w-]+)`);
        // The newest that has one: another kind of mail may have come since.
        const [path] = body.data.flatMap(({ text }: { text: string }) => link.exec(text)?.[1] ?? []);
        if (path !== undefined) return path;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`No mail with a link came for ${to}`);
    },
  };
}
