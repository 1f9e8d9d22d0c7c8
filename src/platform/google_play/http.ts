/** What came back; the body as a text. */
export interface Answer {
  status: number;
  text: string;
}

interface Sending {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** For the request as a whole. */
  timeout_ms: number;
  /** How long the answer may be, in bytes. */
  longest: number;
}

/** The address. Throws a TypeError for one that is neither https nor http on loopback: who can change keys and answers on their way can be Google. */
export function checkUrl(text: string): URL {
  const url = new URL(text);
  const isHere = url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !isHere) throw new TypeError(`${url.origin} must be https, or http on loopback`);
  return url;
}

/** Sends one request and reads the answer whole. Redirects are not followed. Throws when there is no answer, in time and of that length. */
export async function receive(url: string, { timeout_ms, longest, ...init }: Sending): Promise<Answer> {
  const response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(timeout_ms) });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > longest) throw new Error(`The answer is longer than ${longest} bytes`);
    chunks.push(chunk);
  }
  return { status: response.status, text: Buffer.concat(chunks).toString("utf8") };
}
