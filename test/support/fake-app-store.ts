import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { jwtVerify } from "jose";
import type { AppStoreCredentials } from "../../src/platform/app_store/index.ts";
import type { Signer } from "../../src/platform/app_store/simulator.ts";
import { type CertificateOptions, type Issued, issueCertificate, ocspAnswer } from "./certificates.ts";

/** Apple's marks: of the intermediate, and of the leaf that signs for the App Store. */
export const marks = { intermediate: "1.2.840.113635.100.6.2.1", leaf: "1.2.840.113635.100.6.11.1" };

/** Certificates as Apple has them, and who signs with them. */
export interface Chain {
  root: Issued;
  intermediate: Issued;
  leaf: Issued;
  signer: Signer;
}

interface ChainOptions {
  root?: Issued;
  intermediate?: Partial<CertificateOptions>;
  leaf?: Partial<CertificateOptions>;
  ocsp_url?: string;
}

/** A chain of its own, right in everything that is not said otherwise. */
export function appleChain(options: ChainOptions = {}): Chain {
  const root = options.root ?? issueCertificate({ name: "Test root", is_ca: true });
  const ocsp = (path: string) => (options.ocsp_url === undefined ? {} : { ocsp_url: `${options.ocsp_url}/${path}` });
  const intermediate = issueCertificate({
    name: "Test intermediate",
    issuer: root,
    is_ca: true,
    marks: [marks.intermediate],
    ...ocsp("intermediate"),
    ...options.intermediate,
  });
  const leaf = issueCertificate({
    name: "Test leaf",
    issuer: intermediate,
    marks: [marks.leaf],
    ...ocsp("leaf"),
    ...options.leaf,
  });
  const chain = [leaf, intermediate, root].map(({ der }) => der.toString("base64"));
  return { root, intermediate, leaf, signer: { chain, key: leaf.private_key } };
}

/** One call of the App Store Server API as it came over the wire. */
export interface FakeAppStoreCall {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown> | undefined;
}

/** How a part of the fake fails: with a status, or by never answering. */
type Fault = number | "hang" | { status: number; body: object };

export interface FakeAppStore {
  base_url: string;
  chain: Chain;
  /** What a client of the API needs. */
  credentials: AppStoreCredentials;
  /** Calls of the API that bore a valid token. */
  calls: FakeAppStoreCall[];
  /** Questions to the OCSP responders. */
  ocsp_calls: string[];
  /** What the API answers about a transaction: entries of `lastTransactions`. */
  statuses: Map<string, object[]>;
  /** Bodies of notifications that did not arrive, the oldest first. */
  history: string[];
  /** Entries on a page of the history. */
  page_size: number;
  faults: { api?: Fault; ocsp?: Fault };
  /** Whether the responders say that the certificates were revoked. */
  is_revoked: boolean;
  close(): Promise<void>;
}

/** A real HTTP server on loopback that is the App Store Server API of one app, and Apple's OCSP responders. */
export async function fakeAppStore({ bundle_id = "com.example.plinth" } = {}): Promise<FakeAppStore> {
  const keys = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const credentials = {
    issuer_id: "57246542-96fe-1a63-e053-0824d011072a",
    key_id: "2X9R4HXF34",
    private_key: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  const server = createServer((request, response) => {
    void answer(request, response).catch((error) => {
      response.statusCode = error instanceof Unauthorized ? 401 : 500;
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeAppStore = {
    base_url,
    chain: appleChain({ ocsp_url: `${base_url}/ocsp` }),
    credentials: { ...credentials, base_url },
    calls: [],
    ocsp_calls: [],
    statuses: new Map(),
    history: [],
    page_size: 20,
    faults: {},
    is_revoked: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", base_url);
    const body = await textOf(request);
    if (url.pathname.startsWith("/ocsp/")) return answerOcsp(url.pathname, response);
    await authorize(request);
    const call = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      body: body && JSON.parse(body),
    };
    fake.calls.push(call);
    if (fails(response, fake.faults.api)) return;
    json(response, 200, url.pathname.endsWith("/history") ? historyOf(call) : statusesOf(call, response));
  };

  const answerOcsp = (path: string, response: ServerResponse) => {
    fake.ocsp_calls.push(path);
    if (fails(response, fake.faults.ocsp)) return;
    const { root, intermediate, leaf } = fake.chain;
    const [of, issuer] = path.endsWith("/leaf") ? [leaf, intermediate] : [intermediate, root];
    const responder = issueCertificate({ name: "Test responder", issuer, is_ocsp_responder: true });
    const about = { certificate: new X509Certificate(of.der), issuer, responder, at: new Date() };
    response.setHeader("content-type", "application/ocsp-response");
    response.end(ocspAnswer({ ...about, is_revoked: fake.is_revoked }));
  };

  const authorize = async (request: IncomingMessage) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const expected = {
      issuer: credentials.issuer_id,
      audience: "appstoreconnect-v1",
      algorithms: ["ES256"],
      maxTokenAge: "60m",
    };
    const { payload, protectedHeader } = await jwtVerify(token, keys.publicKey, expected).catch((cause) => {
      throw new Unauthorized("no valid token", { cause });
    });
    if (payload.bid !== bundle_id || protectedHeader.kid !== credentials.key_id) throw new Unauthorized("another app");
  };

  const statusesOf = ({ path }: FakeAppStoreCall, response: ServerResponse): object => {
    const found = fake.statuses.get(path.split("/").at(-1) ?? "");
    if (found !== undefined) {
      return {
        environment: "Sandbox",
        bundleId: bundle_id,
        data: [{ subscriptionGroupIdentifier: "1", lastTransactions: found }],
      };
    }
    response.statusCode = 404;
    return { errorCode: 4040010, errorMessage: "Transaction id not found." };
  };

  const historyOf = ({ query }: FakeAppStoreCall): object => {
    const start = Number(query.get("paginationToken") ?? 0);
    const end = start + fake.page_size;
    const notificationHistory = fake.history
      .slice(start, end)
      .map((body) => ({ ...JSON.parse(body), sendAttempts: [] }));
    const hasMore = end < fake.history.length;
    return { notificationHistory, hasMore, ...(hasMore ? { paginationToken: String(end) } : {}) };
  };
  return fake;
}

class Unauthorized extends Error {}

/** Whether the fault was given as the answer, or nothing is to be answered. */
function fails(response: ServerResponse, fault: Fault | undefined): boolean {
  if (fault === undefined) return false;
  if (typeof fault === "number") json(response, fault, {});
  else if (fault !== "hang") json(response, fault.status, fault.body);
  return true;
}

function json(response: ServerResponse, status: number, body: object): void {
  if (response.statusCode === 200) response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
