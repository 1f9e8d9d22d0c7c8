import { lookup as resolveName } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { Agent, buildConnector, request } from "undici";
import { isPublicAddress, literalAddress } from "./addresses.ts";
import { excerpt, retryAfter } from "./rules.ts";
import type { Message, Outcome, Sender } from "./sender-port.ts";

interface SenderOptions {
  /** Whether addresses inside of networks are sent to as well: for development, tests, and installations that mean it. */
  allow_private: boolean;
  timeout_ms: number;
  /** Finds a name's addresses. Default: the operating system. */
  resolve?: (hostname: string) => Promise<{ address: string; family: number }[]>;
}

const notPublic = "The address leads into a private network, where webhooks are not sent";

class AddressRefused extends Error {
  constructor() {
    super(notPublic);
    this.name = "AddressRefused";
  }
}

/**
 * Sends over HTTP. An address is checked at the moment of connecting, on what the name has just resolved to and what is then connected to: a name
 * that resolves to something else later gets nowhere. Redirects are not followed.
 */
export function createSender({ allow_private, timeout_ms, resolve = everyAddress }: SenderOptions): Sender {
  const isAllowed = (address: string) => allow_private || isPublicAddress(address);
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
          return callback(new AddressRefused(), "", 0);
        }
        return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
  const connector = buildConnector({ lookup, timeout: timeout_ms, allowH2: false });
  // As many connections to a host as there are messages: a queue in here would let one customer's slow path hold up another's at the same host.
  const agent = new Agent({
    connect: (options, callback) => {
      // Node looks no literal address up, so it is checked here.
      const literal = literalAddress(options.hostname);
      if (literal !== undefined && !isAllowed(literal)) return callback(new AddressRefused(), null);
      return connector(options, callback);
    },
  });

  const exchange = async (message: Message, signal: AbortSignal) => {
    const { statusCode, headers, body } = await request(message.url, {
      ...{ dispatcher: agent, method: "POST", headers: message.headers, body: message.body, signal },
      ...{ headersTimeout: timeout_ms, bodyTimeout: timeout_ms },
    });
    const header = headers["retry-after"];
    return {
      status_code: statusCode,
      response: excerpt(await firstBytes(body)),
      error: faultOf(statusCode),
      retry_after: retryAfter(Array.isArray(header) ? header[0] : header, new Date()),
    };
  };

  return {
    send: async (message, signal): Promise<Outcome> => {
      const began = performance.now();
      const timeout = AbortSignal.timeout(timeout_ms);
      try {
        const answer = await exchange(message, AbortSignal.any([signal, timeout]));
        return { ...answer, latency_ms: Math.round(performance.now() - began) };
      } catch (error) {
        if (signal.aborted) throw error;
        const fault = timeout.aborted ? `No answer within ${timeout_ms / 1_000} seconds` : messageOf(error);
        const nothing = { status_code: null, response: null, retry_after: null };
        return { ...nothing, error: fault, latency_ms: Math.round(performance.now() - began) };
      }
    },
    close: () => agent.close(),
  };
}

function everyAddress(hostname: string) {
  return resolveName(hostname, { all: true });
}

function faultOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? `Answered ${status}; redirects are not followed` : `Answered ${status}`;
}

/** The beginning of a body, whose rest nobody reads. What was read stands when it breaks off or takes too long: the status has told already. */
async function firstBytes(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= 1_024) break;
    }
  } catch {
    return Buffer.concat(chunks);
  }
  return Buffer.concat(chunks);
}

/** What an error says; of several tries of one connection, the first. */
function messageOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return (first instanceof Error ? first.message : String(first)).slice(0, 500);
}
