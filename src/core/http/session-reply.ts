import { sessionCookieHeaders } from "./cookies.ts";

/** What a route knows of who asks. */
interface Asking {
  ctx: { request_id: string };
  ip: string;
  header(name: string): string | undefined;
  refuseForeignOrigin(): void;
}

type Transport = "bearer" | "cookie";

/**
 * The client of a request, as a session remembers it, and how it wants its session kept. Throws `request.origin_forbidden` when another site's page
 * asks for cookies.
 */
export function clientOf(request: Asking, wishes: { device_label?: string; session?: Transport } = {}) {
  const { ctx, ip, header } = request;
  if (wishes.session === "cookie") request.refuseForeignOrigin();
  return {
    request_id: ctx.request_id,
    ip_address: ip,
    user_agent: header("user-agent")?.slice(0, 500) ?? null,
    device_label: wishes.device_label ?? null,
    transport: wishes.session ?? ("bearer" as const),
  };
}

interface TokenPair {
  access_token: string;
  token_type: "Bearer";
  expires_in: number;
  refresh_token: string;
  session_id: string;
}

/** A session whose tokens are in cookies. */
interface CookieSession {
  token_type: "Cookie";
  expires_in: number;
  session_id: string;
}

/** The tokens in the body, or in cookies and then nowhere else. */
export function tokensReply(
  tokens: TokenPair,
  transport: Transport,
  refresh_seconds: number,
): { body: TokenPair | CookieSession; headers: Record<string, string[]> } {
  if (transport === "bearer") return { body: tokens, headers: {} };
  const { expires_in, session_id } = tokens;
  const headers = sessionCookieHeaders(tokens, refresh_seconds);
  return { body: { token_type: "Cookie" as const, expires_in, session_id }, headers };
}

interface Owed {
  status: "second_factor_required";
  mfa_token: string;
  expires_in: number;
  methods: ("totp" | "recovery_code")[];
}

/** The answer to a sign-in: 200 with the session and who it is of, or 202 with what is owed still. */
export function signInReply<In extends { status: "signed_in"; tokens: TokenPair }>(
  result: In | Owed,
  transport: Transport,
  refresh_seconds: number,
) {
  if (result.status === "second_factor_required") return { status: 202 as const, body: result };
  const { tokens, status: _, ...more } = result;
  const { body, headers } = tokensReply(tokens, transport, refresh_seconds);
  return { status: 200 as const, body: { ...body, ...more }, headers };
}
