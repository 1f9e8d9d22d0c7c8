import { type Dispatcher, Pool } from "undici";

export interface HttpAnswer {
  status: number;
  text: string;
}

/** A client of one server over so many connections, each with one request at a time. */
export interface HttpClient {
  post(path: string, headers: Record<string, string>, body?: string): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export function httpClient(url: string, connections: number): HttpClient {
  const pool: Dispatcher = new Pool(url, { connections, pipelining: 1 });
  return {
    post: async (path, headers, body) => {
      const answer = await pool.request({ method: "POST", path, headers, ...(body === undefined ? {} : { body }) });
      return { status: answer.statusCode, text: await answer.body.text() };
    },
    close: () => pool.close(),
  };
}
