import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import type { UserActor, UserCtx } from "../../core/context.ts";
import type { Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Client, Identity, SignInResult } from "../identity/index.ts";
import { federationErrors } from "./errors.ts";
import { checkReturnTo, createFlowSecrets } from "./flows.ts";
import { createForeignTokens, type ForeignIdentity, type ForeignIssuer } from "./foreign-tokens.ts";
import { readIssuers } from "./issuers-file.ts";
import {
  createOAuthProviders,
  type OAuthProviderName,
  OAuthRefused,
  type OAuthSettings,
  OAuthUnavailable,
} from "./oauth-providers.ts";
import type { FlowProof, KnownProfile, Link, LinkedIdentity, Started } from "./schema.ts";
import {
  deleteIdentity,
  deleteOldFlows,
  findIdentity,
  findStartedFlow,
  finishFlow,
  insertFlow,
  insertIdentity,
  listIdentities,
  lockReturnedFlow,
  lockSubject,
  returnFlow,
  touchIdentity,
} from "./store.ts";

interface FederationOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  audit: Pick<Audit, "recordOwn">;
  identity: Pick<Identity, "enter" | "registerForeign" | "announce" | "person">;
  clock: Clock;
  keyring: Keyring;
  /** Where clients reach the API: providers send browsers back there. */
  public_url: string;
  /** Origins that browsers may be sent to afterwards. */
  origins: readonly string[];
  settings: FederationSettings;
  onError: (error: unknown) => void;
}

interface FederationSettings {
  oauth: OAuthSettings;
  issuers: ForeignIssuer[];
}

export type Federation = ReturnType<typeof createFederation>;

const flowMinutes = 15;

/** Reads the providers and the issuers from the configuration. Throws with every mistake in issuers.yaml. */
export function readFederationSettings(config: Config, issuers: { file: string; text: string }): FederationSettings {
  const { OAUTH_GOOGLE_CLIENT_ID: google, OAUTH_GITHUB_CLIENT_ID: github, OAUTH_APPLE_CLIENT_ID: apple } = config;
  const oauth: OAuthSettings = {};
  if (google !== undefined) {
    const client_secret = config.OAUTH_GOOGLE_CLIENT_SECRET ?? "";
    oauth.google = { client_id: google, client_secret, base_url: config.OAUTH_GOOGLE_URL };
  }
  if (github !== undefined) {
    const client_secret = config.OAUTH_GITHUB_CLIENT_SECRET ?? "";
    oauth.github = { client_id: github, client_secret, base_url: config.OAUTH_GITHUB_URL };
  }
  if (apple !== undefined) {
    oauth.apple = {
      client_id: apple,
      team_id: config.OAUTH_APPLE_TEAM_ID ?? "",
      key_id: config.OAUTH_APPLE_KEY_ID ?? "",
      private_key: (config.OAUTH_APPLE_PRIVATE_KEY ?? "").replaceAll("\\n", "\n"),
      base_url: config.OAUTH_APPLE_URL,
    };
  }
  return { oauth, issuers: readIssuers(issuers.text, issuers.file) };
}

/** Accounts at other providers: sign-in by OAuth, tokens of foreign issuers, and who of us is whom there. */
export function createFederation(options: FederationOptions) {
  const { db, listener, audit, identity, settings } = options;
  const providers = createOAuthProviders(settings.oauth);
  const secrets = createFlowSecrets(options.keyring);
  const foreignTokens = createForeignTokens({
    ...options,
    issuers: settings.issuers,
    unavailable: () => federationErrors.keys_unavailable({ retry_after: 5 }),
  });
  type Known = NonNullable<Awaited<ReturnType<typeof findIdentity>>>;
  const known = createLiveCache<Known>({ listener, tags: ({ id, user_id }) => [`identity:${id}`, `user:${user_id}`] });
  listener.on("plinth_changes", known.forget);

  const providerOf = (name: OAuthProviderName) => {
    const provider = providers.get(name);
    if (provider === undefined) throw federationErrors.unknown_provider();
    return provider;
  };
  const flowOf = (id: string, name: OAuthProviderName) => ({
    redirect_uri: `${options.public_url}/v1/auth/oauth/${name}/callback`,
    state: secrets.state(id),
    code_verifier: secrets.code_verifier(id),
    nonce: secrets.nonce(id),
  });
  const keep = (tx: Tx, user_id: string, provider: string, profile: KnownProfile) => {
    const { issuer, subject, email, email_verified } = profile;
    return insertIdentity(tx, { id: newId(), user_id, provider, issuer, subject, email, email_verified });
  };
  /** Makes a person of somebody seen for the first time, under the lock of their name at the issuer. */
  const register = async (tx: Tx, provider: string, profile: KnownProfile, request_id: string, apart: boolean) => {
    const full_name = profile.full_name ?? profile.email?.split("@")[0] ?? "New user";
    const person = { ...profile, full_name: full_name.slice(0, 200) };
    const user_id = await identity.registerForeign(tx, person, request_id, apart);
    if (user_id !== undefined) await keep(tx, user_id, provider, profile);
    return user_id;
  };
  /** The person behind a foreign token: made, with a personal workspace, when it is the first. */
  const firstSeen = (claims: ForeignIdentity): Promise<Known> =>
    db.asSystem("first foreign sign-in", async (tx) => {
      const { issuer, subject, issuer_name } = claims;
      await lockSubject(tx, issuer, subject);
      if ((await findIdentity(tx, issuer, subject)) === undefined) {
        // An address that somebody has here stays theirs: the two are joined by the person, or never.
        const made = await register(tx, issuer_name, claims, "foreign-token", false);
        if (made === undefined) await register(tx, issuer_name, claims, "foreign-token", true);
      }
      const found = await findIdentity(tx, issuer, subject);
      if (found === undefined) throw new Error(`The identity ${issuer} ${subject} was not kept`);
      return found;
    });
  /** Adds an account at a provider to a person's ways in. */
  const link = async (tx: Tx, ctx: UserCtx, provider: string, profile: KnownProfile): Promise<void> => {
    if (!profile.email_verified) throw federationErrors.address_unverified();
    await lockSubject(tx, profile.issuer, profile.subject);
    if (!(await keep(tx, ctx.actor.user_id, provider, profile))) throw federationErrors.identity_taken();
    await audit.recordOwn(tx, ctx, { action: "identity.linked", details: { provider } });
    await identity.announce(tx, ctx, "identity_linked");
  };

  return {
    /** Whether the token names a configured issuer; without any no token is looked into. */
    isForeign: settings.issuers.length === 0 ? () => false : foreignTokens.isForeign,

    /** The person behind a token of a configured issuer. Throws `request.unauthenticated`, `federation.keys_unavailable`. */
    authenticate: async (token: string): Promise<UserActor> => {
      const claims = await foreignTokens.verify(token);
      if (claims === undefined) throw requestErrors.unauthenticated();
      const { issuer, subject, authenticated_at } = claims;
      const found = await known.get(`${issuer} ${subject}`, async () => {
        const seen = await db.systemStatement("foreign token", (tx) => findIdentity(tx, issuer, subject));
        if (seen !== undefined) await db.systemStatement("foreign token", (tx) => touchIdentity(tx, seen.id));
        return seen ?? firstSeen(claims);
      });
      if (!found.is_active) throw requestErrors.unauthenticated();
      const actor: UserActor = { kind: "user", user_id: found.user_id, session_id: null };
      return authenticated_at === null ? actor : { ...actor, authenticated_at };
    },

    /** Begins a sign-in at a provider. Throws `federation.unknown_provider`, `request.bad` for an address that is not the product's. */
    start: async (name: OAuthProviderName, return_to: string): Promise<Started> => {
      const provider = providerOf(name);
      const checked = checkReturnTo(return_to, options.origins);
      const id = newId();
      const flow = { id, provider: name, return_to: checked, minutes: flowMinutes };
      await db.systemStatement("begin oauth", (tx) => insertFlow(tx, flow));
      const url = await provider.authorizationUrl(flowOf(id, name));
      return { authorization_url: url.toString(), flow_token: secrets.token(id), expires_in: flowMinutes * 60 };
    },

    /**
     * Takes the browser back from the provider; returns where it goes next, with `code` or `error` in the query. Throws `federation.flow_over` for a
     * state that is none of ours.
     */
    comeBack: async (name: OAuthProviderName, query: Record<string, string>, user?: string): Promise<string> => {
      const provider = providerOf(name);
      const id = secrets.readState(query.state ?? "");
      const flow =
        id === undefined ? undefined : await db.systemStatement("oauth", (tx) => findStartedFlow(tx, id, name));
      if (id === undefined || flow === undefined) throw federationErrors.flow_over();
      const next = new URL(flow.return_to);
      const callback = new URL(`${flowOf(id, name).redirect_uri}?${new URLSearchParams(query)}`);
      try {
        const answer = { ...flowOf(id, name), callback, ...(user === undefined ? {} : { user }) };
        const profile = await provider.complete(answer);
        const isKept = await db.systemStatement("oauth", (tx) => returnFlow(tx, id, profile));
        if (!isKept) throw federationErrors.flow_over();
        next.searchParams.set("code", secrets.code(id));
      } catch (error) {
        next.searchParams.set("error", errorWord(error));
        options.onError(error);
      }
      return next.toString();
    },

    /**
     * Finishes a sign-in: the person of that account at the provider, or a new one. Throws `federation.link_required` when the address has an account
     * that is not linked (the flow stays good for linking it), `federation.flow_over`.
     */
    complete: async (proof: FlowProof, client: Client): Promise<SignInResult> => {
      const id = secrets.readProof(proof);
      if (id === undefined) throw federationErrors.flow_over();
      const user_id = await db.asSystem("finish oauth", async (tx) => {
        const flow = await lockReturnedFlow(tx, id);
        if (flow === undefined) throw federationErrors.flow_over();
        const { profile, provider } = flow;
        await lockSubject(tx, profile.issuer, profile.subject);
        const seen = await findIdentity(tx, profile.issuer, profile.subject);
        if (seen !== undefined) await touchIdentity(tx, seen.id);
        const person = seen?.user_id ?? (await register(tx, provider, profile, client.request_id, false));
        if (person === undefined) throw federationErrors.link_required();
        await finishFlow(tx, id);
        return person;
      });
      return identity.enter(user_id, ["fed"], client);
    },

    /**
     * Links an account at a provider to the person who is signed in, and asks for it: by a flow that came back, or by a token of an issuer. Throws
     * `federation.address_unverified`, `federation.identity_taken`, `federation.flow_over`.
     */
    link: async (ctx: UserCtx, given: Link): Promise<void> => {
      if ("foreign_token" in given) {
        const claims = await foreignTokens.verify(given.foreign_token);
        if (claims === undefined) throw federationErrors.flow_over();
        return db.asSystem("link foreign account", (tx) => link(tx, ctx, claims.issuer_name, claims));
      }
      const id = secrets.readProof(given);
      if (id === undefined) throw federationErrors.flow_over();
      await db.asSystem("link oauth account", async (tx) => {
        const flow = await lockReturnedFlow(tx, id);
        if (flow === undefined) throw federationErrors.flow_over();
        await link(tx, ctx, flow.provider, flow.profile);
        await finishFlow(tx, id);
      });
    },

    list: (ctx: UserCtx): Promise<LinkedIdentity[]> =>
      db.systemStatement("own identities", (tx) => listIdentities(tx, ctx.actor.user_id)),

    /** Unlinks an account at a provider. Throws `request.not_found`, `federation.last_way_in` for an account that nobody could enter then. */
    unlink: async (ctx: UserCtx, id: string): Promise<void> => {
      const person = await identity.person(ctx.actor.user_id);
      await db.asSystem("unlink account", async (tx) => {
        const { user_id } = ctx.actor;
        await lockSubject(tx, "person", user_id);
        if (!(await deleteIdentity(tx, user_id, id))) throw requestErrors.not_found();
        const hasOther = (await listIdentities(tx, user_id)).length > 0;
        // With an address of its own the account can always be entered by a mailed link.
        if (!hasOther && person.email_normalized === null) throw federationErrors.last_way_in();
        await audit.recordOwn(tx, ctx, { action: "identity.unlinked" });
        await identity.announce(tx, ctx, "identity_unlinked");
      });
      known.forget(`identity:${id}`);
    },

    /** What is due every hour: sign-ins that nobody finished are forgotten. */
    maintain: () => db.systemStatement("forget oauth flows", deleteOldFlows),
  };
}

/** What the product's page is told (RFC 6749, 4.1.2.1). */
function errorWord(error: unknown): string {
  if (error instanceof OAuthRefused) return error.reason === "denied" ? "access_denied" : "invalid_request";
  return error instanceof OAuthUnavailable ? "temporarily_unavailable" : "server_error";
}
