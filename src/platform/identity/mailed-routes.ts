import Type, { type TSchema } from "typebox";
import { PlinthError } from "../../core/errors.ts";
import { type RateLimit, type Route, route } from "../../core/http/route.ts";
import { clientOf, signInReply } from "../../core/http/session-reply.ts";
import { donePage, linkPage, overPage, owedPage } from "./pages.ts";
import { normalizeEmail } from "./rules.ts";
import {
  Accepted,
  Address,
  EmailChangedReply,
  LinkWishes,
  PasswordChanged,
  PasswordReset,
  Restored,
  SecondFactorNeeded,
  SignedIn,
  TokenParams,
  Verified,
} from "./schema.ts";
import type { Identity } from "./service.ts";

interface MailedRoutesOptions {
  identity: Identity;
  refresh_seconds: number;
  rate: RateLimit;
}

type Purpose = Parameters<typeof linkPage>[0];

const html = { "content-type": "text/html; charset=utf-8" };
const Html = Type.String({ description: "HTML, for a browser" });
const wantsHtml = (header: (name: string) => string | undefined) => header("accept")?.includes("text/html") === true;
/** Mails that one client address may ask for. */
const mailRate: RateLimit = { name: "mail_address", limit: 20, window_seconds: 900 };

/** Links that are asked for and mailed, the pages behind them, and what their buttons do. */
export function mailedRoutes(options: MailedRoutesOptions): Route[] {
  return [
    ...requestRoutes(options),
    ...linkPages(),
    confirmRoute(
      "verify_email",
      "Prove an e-mail address with the mailed token",
      Verified,
      options,
      async (request_id, token) => options.identity.verifyEmail(request_id, token),
    ),
    confirmRoute(
      "change_email",
      "Prove the new e-mail address with the mailed token",
      EmailChangedReply,
      options,
      async (request_id, token) => {
        await options.identity.changeEmail(request_id, token);
        return { status: "email_changed" as const };
      },
    ),
    confirmRoute(
      "restore_account",
      "Reopen a deleted account with the mailed token",
      Restored,
      options,
      async (request_id, token) => {
        await options.identity.restoreAccount(request_id, token);
        return { status: "restored" as const };
      },
    ),
    resetRoute(options),
    magicRoute(options),
  ];
}

const paths: Record<Purpose, string> = {
  verify_email: "/v1/auth/verify-email/{token}",
  change_email: "/v1/auth/change-email/{token}",
  reset_password: "/v1/auth/reset-password/{token}",
  magic_link: "/v1/auth/magic-link/{token}",
  restore_account: "/v1/auth/restore-account/{token}",
};

function requestRoutes({ identity, rate }: MailedRoutesOptions): Route[] {
  const request = (
    path: string,
    summary: string,
    work: (email_normalized: string, request_id: string) => Promise<void>,
  ): Route =>
    route({
      method: "POST",
      path,
      summary,
      description: "The answer is the same, and comes as soon, whether or not there is such an account.",
      auth: "public",
      body: Address,
      responses: { 202: Accepted },
      rate_limits: [rate, mailRate],
      handler: async ({ ctx, body }) => {
        const email_normalized = normalizeEmail(body.email);
        identity.later(() => work(email_normalized, ctx.request_id));
        return { status: 202, body: { status: "sent_if_possible" as const } };
      },
    });
  return [
    request("/v1/auth/resend-verification", "Mail the verification link again", identity.resendVerification),
    request("/v1/auth/forgot-password", "Mail a link to set a new password", (email, request_id) =>
      identity.mailLinkTo(email, "reset_password", request_id),
    ),
    request("/v1/auth/magic-link", "Mail a link, and six digits, to sign in without a password", (email, request_id) =>
      identity.mailLinkTo(email, "magic_link", request_id),
    ),
  ];
}

/** The page of each link: following the link alone, as mail scanners do, changes nothing. */
function linkPages(): Route[] {
  return (Object.keys(paths) as Purpose[]).map((purpose) =>
    route({
      method: "GET",
      path: paths[purpose],
      summary: `The page behind the mailed link: ${purpose.replaceAll("_", " ")}`,
      description: "Shows a button; following the link alone, as mail scanners do, changes nothing.",
      auth: "public",
      params: TokenParams,
      responses: { 200: Html },
      handler: async () => ({ status: 200, body: linkPage(purpose), headers: html }),
    }),
  );
}

function confirmRoute<T extends TSchema>(
  purpose: Purpose,
  summary: string,
  reply: T,
  { rate }: MailedRoutesOptions,
  work: (request_id: string, token: string) => Promise<object>,
): Route {
  return route({
    method: "POST",
    path: paths[purpose],
    summary,
    auth: "public",
    params: TokenParams,
    responses: { 200: Type.Union([reply, Html]) },
    errors: ["identity.token_invalid"],
    rate_limits: [rate],
    handler: async ({ ctx, params, header }) => {
      if (wantsHtml(header))
        return asPage(purpose, () => work(ctx.request_id, params.token).then(() => undefined)) as never;
      return { status: 200, body: (await work(ctx.request_id, params.token)) as never };
    },
  });
}

/** What a person sees after the button: that it is done, what is owed still, or what to do about what is wrong. */
async function asPage(
  purpose: Purpose,
  work: () => Promise<{ status?: number; headers?: object } | object | undefined>,
) {
  try {
    const done = { status: 200, headers: {}, ...(await work()) };
    if (done.status === 202) return { status: 200, body: owedPage(), headers: html };
    return { status: 200, body: donePage(purpose), headers: { ...done.headers, ...html } };
  } catch (error) {
    if (!(error instanceof PlinthError) || (error.kind !== "invalid" && error.kind !== "gone")) throw error;
    if (error.kind === "gone") return { status: 410, body: overPage(error.title), headers: html };
    const faults = (error.occurrence.errors ?? []).map(({ detail }) => `The password ${detail}`);
    return { status: 422, body: linkPage(purpose, faults), headers: html };
  }
}

function resetRoute({ identity, rate }: MailedRoutesOptions): Route {
  return route({
    method: "POST",
    path: paths.reset_password,
    summary: "Set a new password with the mailed token",
    description: "Ends every session, and signs nobody in.",
    auth: "public",
    params: TokenParams,
    body: PasswordReset,
    form: true,
    responses: { 200: Type.Union([PasswordChanged, Html]) },
    errors: ["identity.token_invalid", "identity.hashing_busy"],
    rate_limits: [rate],
    handler: async ({ ctx, params, body, header }) => {
      const work = () => identity.resetPassword(ctx.request_id, ctx.ip, params.token, body.password);
      if (wantsHtml(header)) return asPage("reset_password", () => work().then(() => undefined)) as never;
      await work();
      return { status: 200, body: { status: "password_changed" as const } };
    },
  });
}

function magicRoute({ identity, refresh_seconds, rate }: MailedRoutesOptions): Route {
  return route({
    method: "POST",
    path: paths.magic_link,
    summary: "Sign in with the mailed token",
    description: "A browser's form is given cookies, an app tokens.",
    auth: "public",
    params: TokenParams,
    body: LinkWishes,
    form: true,
    responses: { 200: Type.Union([SignedIn, Html]), 202: SecondFactorNeeded },
    errors: ["identity.token_invalid", "identity.invalid_credentials", "request.origin_forbidden"],
    rate_limits: [rate],
    handler: async (request) => {
      const isPage = wantsHtml(request.header);
      const client = clientOf(request, isPage ? { session: "cookie" } : request.body);
      const signIn = async () =>
        signInReply(await identity.followMagicLink(request.params.token, client), client.transport, refresh_seconds);
      return (isPage ? asPage("magic_link", signIn) : signIn()) as never;
    },
  });
}
