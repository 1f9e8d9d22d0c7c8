import Type from "typebox";
import { clearSessionCookies, sessionCookies } from "../../core/http/cookies.ts";
import { type RateLimit, type Route, route } from "../../core/http/route.ts";
import { clientOf, signInReply, tokensReply } from "../../core/http/session-reply.ts";
import { PasskeyOptions } from "../factors/index.ts";
import { identityErrors } from "./errors.ts";
import { mailedRoutes } from "./mailed-routes.ts";
import {
  CodeSignIn,
  Credentials,
  PasskeyLogin,
  RefreshedTokens,
  RefreshRequest,
  Registration,
  SecondFactorAnswer,
  SecondFactorNeeded,
  SignedIn,
  SteppedUp,
  StepUp,
  VerificationSent,
} from "./schema.ts";
import type { Identity } from "./service.ts";

export { accountRoutes } from "./account-routes.ts";
export { adminRoutes } from "./admin-routes.ts";

export interface AuthRoutesOptions {
  identity: Identity;
  /** Seconds that a browser keeps the refresh cookie. */
  refresh_seconds: number;
  /** Calls of a client address to what needs no session. */
  rate: RateLimit;
}

const signInErrors = ["request.origin_forbidden", "identity.invalid_credentials", "identity.hashing_busy"];

export function authRoutes(options: AuthRoutesOptions): Route[] {
  return [registerRoute(options), ...signInRoutes(options), ...sessionRoutes(options), ...mailedRoutes(options)];
}

function registerRoute({ identity, refresh_seconds, rate }: AuthRoutesOptions): Route {
  return route({
    method: "POST",
    path: "/v1/auth/register",
    summary: "Sign up",
    description:
      "Mails a link that proves the address; the person and the workspace come with the first sign-in. The answer is the same for an address that has an account. Where the installation signs in at once (REGISTRATION_MODE), the answer is that of a sign-in, and a known address is told by 409.",
    auth: "public",
    body: Registration,
    responses: { 200: SignedIn, 201: VerificationSent, 202: SecondFactorNeeded },
    errors: ["identity.hashing_busy", "identity.email_taken", "request.origin_forbidden"],
    rate_limits: [rate],
    handler: async (request) => {
      const client = clientOf(request, request.body);
      const result = await identity.register(request.body, client);
      if (result.status === "verification_sent") return { status: 201, body: result };
      return signInReply(result, client.transport, refresh_seconds);
    },
  });
}

function signInRoutes({ identity, refresh_seconds, rate }: AuthRoutesOptions): Route[] {
  const common = {
    method: "POST" as const,
    auth: "public" as const,
    responses: { 200: SignedIn, 202: SecondFactorNeeded },
    rate_limits: [rate],
  };
  return [
    route({
      ...common,
      path: "/v1/auth/login",
      summary: "Sign in with a password",
      description: "202 when a second factor is owed: POST /v1/auth/second-factor.",
      body: Credentials,
      errors: [...signInErrors, "identity.email_unverified"],
      handler: async (request) => {
        const client = clientOf(request, request.body);
        return signInReply(await identity.login(request.body, client), client.transport, refresh_seconds);
      },
    }),
    route({
      ...common,
      path: "/v1/auth/second-factor",
      summary: "Show the second factor that a sign-in waits for",
      description: "Five wrong answers end the attempt.",
      body: SecondFactorAnswer,
      errors: [
        "factors.code_invalid",
        "factors.challenge_over",
        "identity.invalid_credentials",
        "request.origin_forbidden",
      ],
      handler: async (request) => {
        const client = clientOf(request, request.body);
        const result = await identity.answerSecondFactor(request.body, client);
        return signInReply(result, client.transport, refresh_seconds);
      },
    }),
    route({
      ...common,
      path: "/v1/auth/magic-link/code",
      summary: "Sign in with the mailed six digits",
      description: "Five wrong ones burn them.",
      body: CodeSignIn,
      errors: ["identity.code_invalid", "identity.invalid_credentials", "request.origin_forbidden"],
      handler: async (request) => {
        const client = clientOf(request, request.body);
        return signInReply(await identity.enterCode(request.body, client), client.transport, refresh_seconds);
      },
    }),
    route({
      method: "POST",
      path: "/v1/auth/passkey/options",
      summary: "What navigator.credentials.get() needs to sign in",
      auth: "public",
      responses: { 200: PasskeyOptions },
      rate_limits: [rate],
      handler: async () => ({ status: 200, body: await identity.factors.passkeys.loginOptions() }),
    }),
    route({
      ...common,
      path: "/v1/auth/passkey",
      summary: "Sign in with a passkey",
      body: PasskeyLogin,
      errors: [
        "factors.passkey_invalid",
        "factors.challenge_over",
        "identity.invalid_credentials",
        "request.origin_forbidden",
      ],
      handler: async (request) => {
        const client = clientOf(request, request.body);
        return signInReply(await identity.loginWithPasskey(request.body, client), client.transport, refresh_seconds);
      },
    }),
  ];
}

function sessionRoutes({ identity, refresh_seconds, rate }: AuthRoutesOptions): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/auth/refresh",
      summary: "Exchange a refresh token for the next pair",
      description:
        "401 means: sign in again. 503 with Retry-After means: try again with the same token. A token that is sent again within the grace gets the same answer. Without a body the refresh cookie is taken, and the answer sets the cookies anew.",
      auth: "public",
      body: RefreshRequest,
      responses: { 200: RefreshedTokens },
      errors: ["identity.refresh_invalid", "identity.refresh_reused", "request.origin_forbidden"],
      rate_limits: [rate],
      handler: async ({ ctx, body, cookie }) => {
        const given = body.refresh_token;
        const token = given ?? cookie(sessionCookies.refresh);
        if (token === undefined) throw identityErrors.refresh_invalid({ detail: "Send refresh_token, or its cookie" });
        const tokens = await identity.refresh(ctx.request_id, token);
        return { status: 200, ...tokensReply(tokens, given === undefined ? "cookie" : "bearer", refresh_seconds) };
      },
    }),
    route({
      method: "POST",
      path: "/v1/auth/step-up",
      summary: "Prove again who you are",
      description:
        "Before what `x-recent-auth` marks: with the password (a mailed code for accounts without one) and, where an authenticator app is set up, its code; or with a passkey from POST /v1/auth/passkey/options.",
      auth: "user",
      own_person: true,
      body: StepUp,
      responses: { 200: SteppedUp },
      errors: [
        "identity.wrong_password",
        "identity.proof_missing",
        "identity.code_invalid",
        "identity.hashing_busy",
        "factors.code_invalid",
        "factors.passkey_invalid",
        "factors.challenge_over",
        "sessions.foreign_session",
      ],
      rate_limits: [rate],
      handler: async ({ ctx, body }) => {
        await identity.stepUp(ctx, body);
        return { status: 200, body: { status: "confirmed" as const } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/auth/cookies",
      summary: "Take the session's cookies back, whatever has become of the session",
      auth: "public",
      responses: { 204: Type.Null() },
      handler: async () => ({ status: 204, body: null, headers: clearSessionCookies() }),
    }),
  ];
}
