import createFetchClient, { type Client } from "openapi-fetch";
import type { paths } from "./api.types.ts";
import { createStream, type Stream } from "./stream.ts";

export type { components, operations, paths } from "./api.types.ts";
export { type Problem, type Stream, type StreamEvent, type StreamPath, StreamProblem } from "./stream.ts";

/** The pair of tokens of a signed-in person. */
export interface TokenPair {
  access_token: string;
  refresh_token: string;
}

export interface PlinthOptions {
  /** Where the API is, for example `https://api.example.com`. */
  base_url: string;
  /** The tokens to begin with, from a login or from where `onTokens` kept them. */
  tokens?: TokenPair;
  /** For a program: sends this key with every request, and knows no session. */
  api_key?: string;
  /** Told every new pair, and undefined when the session is over: keep it, or ask the person to sign in. */
  onTokens?: (tokens: TokenPair | undefined) => void;
  /** The workspace to work in; the personal one when left out. */
  workspace_id?: string;
  fetch?: (request: Request) => Promise<Response>;
}

export interface PlinthClient extends Client<paths> {
  /** Begins or ends the session of this client. */
  setTokens(tokens: TokenPair | undefined): void;
  /**
   * Sends a POST and yields the server-sent events of its answer as they come: `for await (const { event, data } of client.stream(path, body))`. Leaving
   * the loop, or aborting the signal, closes the connection. Nothing is sent again when it breaks. Throws a StreamProblem for a refusal, and for an
   * error in the stream.
   */
  stream: Stream;
}

/**
 * Makes a typed client of the API: `client.GET("/v1/me")`. It signs requests with the access token; when that is refused it refreshes once,
 * for all requests that wait, and sends the request again. A refresh that fails for good ends the session; one that fails because
 * the server is busy (503) does not.
 */
export function createPlinthClient(options: PlinthOptions): PlinthClient {
  const send = options.fetch ?? ((request: Request) => fetch(request));
  let tokens = options.tokens;
  let refreshing: Promise<void> | undefined;

  const setTokens = (next: TokenPair | undefined) => {
    tokens = next;
    options.onTokens?.(next);
  };
  const refresh = async (refresh_token: string) => {
    const url = new URL("/v1/auth/refresh", options.base_url);
    const headers = { "content-type": "application/json" };
    const answer = await send(new Request(url, { method: "POST", headers, body: JSON.stringify({ refresh_token }) }));
    if (answer.ok) return setTokens((await answer.json()) as TokenPair);
    if (answer.status === 401) setTokens(undefined);
  };
  const sign = (request: Request): Request => {
    const credential = options.api_key ?? tokens?.access_token;
    if (credential !== undefined) request.headers.set("authorization", `Bearer ${credential}`);
    if (options.workspace_id !== undefined) request.headers.set("plinth-workspace", options.workspace_id);
    return request;
  };
  const signedFetch = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const used = tokens;
    const answer = await send(sign(request));
    if (answer.status !== 401 || used === undefined) return answer;
    if (tokens === used) {
      refreshing ??= refresh(used.refresh_token).finally(() => {
        refreshing = undefined;
      });
      await refreshing;
    }
    return tokens === undefined || tokens === used ? answer : send(sign(again));
  };

  const client = createFetchClient<paths>({ baseUrl: options.base_url, fetch: signedFetch });
  return Object.assign(client, { setTokens, stream: createStream(options.base_url, signedFetch) });
}
