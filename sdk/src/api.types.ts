export interface paths {
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process runs */
        get: operations["get_health_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests should come here */
        get: operations["get_health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The service and what it needs, one by one */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in the Prometheus text format */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign up
         * @description Mails a link that proves the address; the person and the workspace come with the first sign-in. The answer is the same for an address that has an account. Where the installation signs in at once (REGISTRATION_MODE), the answer is that of a sign-in, and a known address is told by 409.
         */
        post: operations["post_auth_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a password
         * @description 202 when a second factor is owed: POST /v1/auth/second-factor.
         */
        post: operations["post_auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the second factor that a sign-in waits for
         * @description Five wrong answers end the attempt.
         */
        post: operations["post_auth_second_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/magic-link/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with the mailed six digits
         * @description Five wrong ones burn them.
         */
        post: operations["post_auth_magic_link_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What navigator.credentials.get() needs to sign in */
        post: operations["post_auth_passkey_options"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with a passkey */
        post: operations["post_auth_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token for the next pair
         * @description 401 means: sign in again. 503 with Retry-After means: try again with the same token. A token that is sent again within the grace gets the same answer. Without a body the refresh cookie is taken, and the answer sets the cookies anew.
         */
        post: operations["post_auth_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prove again who you are
         * @description Before what `x-recent-auth` marks: with the password (a mailed code for accounts without one) and, where an authenticator app is set up, its code; or with a passkey from POST /v1/auth/passkey/options.
         */
        post: operations["post_auth_step_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/cookies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take the session's cookies back, whatever has become of the session */
        delete: operations["delete_auth_cookies"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/resend-verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail the verification link again
         * @description The answer is the same, and comes as soon, whether or not there is such an account.
         */
        post: operations["post_auth_resend_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/forgot-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a link to set a new password
         * @description The answer is the same, and comes as soon, whether or not there is such an account.
         */
        post: operations["post_auth_forgot_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/magic-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a link, and six digits, to sign in without a password
         * @description The answer is the same, and comes as soon, whether or not there is such an account.
         */
        post: operations["post_auth_magic_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/verify-email/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page behind the mailed link: verify email
         * @description Shows a button; following the link alone, as mail scanners do, changes nothing.
         */
        get: operations["get_auth_verify_email_token"];
        put?: never;
        /** Prove an e-mail address with the mailed token */
        post: operations["post_auth_verify_email_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/change-email/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page behind the mailed link: change email
         * @description Shows a button; following the link alone, as mail scanners do, changes nothing.
         */
        get: operations["get_auth_change_email_token"];
        put?: never;
        /** Prove the new e-mail address with the mailed token */
        post: operations["post_auth_change_email_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/reset-password/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page behind the mailed link: reset password
         * @description Shows a button; following the link alone, as mail scanners do, changes nothing.
         */
        get: operations["get_auth_reset_password_token"];
        put?: never;
        /**
         * Set a new password with the mailed token
         * @description Ends every session, and signs nobody in.
         */
        post: operations["post_auth_reset_password_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/magic-link/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page behind the mailed link: magic link
         * @description Shows a button; following the link alone, as mail scanners do, changes nothing.
         */
        get: operations["get_auth_magic_link_token"];
        put?: never;
        /**
         * Sign in with the mailed token
         * @description A browser's form is given cookies, an app tokens.
         */
        post: operations["post_auth_magic_link_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/restore-account/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page behind the mailed link: restore account
         * @description Shows a button; following the link alone, as mail scanners do, changes nothing.
         */
        get: operations["get_auth_restore_account_token"];
        put?: never;
        /** Reopen a deleted account with the mailed token */
        post: operations["post_auth_restore_account_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The person who is signed in */
        get: operations["get_me"];
        put?: never;
        post?: never;
        /**
         * Delete your account
         * @description Ends every session. For 30 days the mailed link restores it; then it is erased.
         */
        delete: operations["delete_me"];
        options?: never;
        head?: never;
        /** Change your profile */
        patch: operations["patch_me"];
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change your password
         * @description Needs the present one, which is as good as a step-up; all your other sessions end. Who has none yet proves recently who they are, and sets one.
         */
        put: operations["put_me_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change your e-mail address
         * @description Mails a link to the new one; nothing changes until it is followed, and then the old one is told.
         */
        put: operations["put_me_email"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End this session
         * @description Every process refuses its tokens within a second, this one at once.
         */
        post: operations["post_auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End every session, or every other */
        post: operations["post_auth_logout_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where you are signed in, the newest first
         * @description `last_seen_at` moves with every refresh, so at least every access token's lifetime.
         */
        get: operations["get_me_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of your sessions */
        delete: operations["delete_me_sessions_session_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys of access tokens */
        get: operations["get_well_known_jwks_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys that sign access tokens, and their stages */
        get: operations["get_admin_signing_keys"];
        put?: never;
        /**
         * Publish the next signing key ahead of its time
         * @description It signs after the lead; the present one goes on verifying until its last token is over.
         */
        post: operations["post_admin_signing_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/signing-keys/{kid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a signing key out of use at once
         * @description For a key that is no longer secret: every access token that it signed is refused; sessions go on.
         */
        delete: operations["delete_admin_signing_keys_kid"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your second factors and passkeys */
        get: operations["get_me_factors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/factors/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to set up an authenticator app
         * @description Nothing counts until its first code is confirmed.
         */
        post: operations["post_me_factors_totp"];
        /** Remove the authenticator app and its recovery codes */
        delete: operations["delete_me_factors_totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/factors/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the authenticator app by its first code
         * @description Answers with the recovery codes, this once. All your other sessions end.
         */
        post: operations["post_me_factors_totp_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/factors/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace the recovery codes */
        post: operations["post_me_factors_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What navigator.credentials.create() needs */
        post: operations["post_me_passkeys_options"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add the passkey that the browser made
         * @description All your other sessions end.
         */
        post: operations["post_me_passkeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys/{passkey_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a passkey */
        delete: operations["delete_me_passkeys_passkey_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/oauth/{provider}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to sign in with Google, GitHub or Apple
         * @description Send the browser to `authorization_url`, keep `flow_token`, and finish with both halves at /v1/auth/oauth/complete.
         */
        post: operations["post_auth_oauth_provider_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/oauth/{provider}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the provider sends the browser back to */
        get: operations["get_auth_oauth_provider_callback"];
        put?: never;
        /** Where Apple sends the browser back to, with a form */
        post: operations["post_auth_oauth_provider_callback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/oauth/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finish a sign-in at a provider
         * @description 409 federation.link_required: the address has an account here; sign in to it, then POST /v1/me/identities with the same two halves.
         */
        post: operations["post_auth_oauth_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your accounts at other providers */
        get: operations["get_me_identities"];
        put?: never;
        /**
         * Link an account at another provider
         * @description Its e-mail address has to be verified there.
         */
        post: operations["post_me_identities"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/identities/{identity_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Unlink an account at another provider */
        delete: operations["delete_me_identities_identity_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspaces that you belong to */
        get: operations["get_workspaces"];
        put?: never;
        /** Make a workspace for a team */
        post: operations["post_workspaces"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces/{workspace_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A workspace */
        get: operations["get_workspaces_workspace_id"];
        put?: never;
        post?: never;
        /**
         * Delete a team's workspace
         * @description Nobody enters it from then on; after 30 days it is erased with all that is in it.
         */
        delete: operations["delete_workspaces_workspace_id"];
        options?: never;
        head?: never;
        /** Change a workspace's name, slug or time zone */
        patch: operations["patch_workspaces_workspace_id"];
        trace?: never;
    };
    "/v1/workspaces/{workspace_id}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the workspace may have so many of, and has */
        get: operations["get_workspaces_workspace_id_quotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces/{workspace_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who belongs to a workspace */
        get: operations["get_workspaces_workspace_id_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces/{workspace_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a member, or leave */
        delete: operations["delete_workspaces_workspace_id_members_user_id"];
        options?: never;
        head?: never;
        /** Give a member another role */
        patch: operations["patch_workspaces_workspace_id_members_user_id"];
        trace?: never;
    };
    "/v1/workspaces/{workspace_id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand the workspace over to another member
         * @description You stay as an admin.
         */
        post: operations["post_workspaces_workspace_id_transfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspace_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a workspace be read only */
        post: operations["post_admin_workspaces_workspace_id_suspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspace_id}/reinstate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a suspended workspace be changed again */
        post: operations["post_admin_workspaces_workspace_id_reinstate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces/{workspace_id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspace's invitations, the newest first */
        get: operations["get_workspaces_workspace_id_invitations"];
        put?: never;
        /**
         * Invite somebody by e-mail
         * @description The link in the mail is good for seven days, once, and only for whoever has proved that address. Another invitation to it replaces this one.
         */
        post: operations["post_workspaces_workspace_id_invitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces/{workspace_id}/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take an invitation back */
        delete: operations["delete_workspaces_workspace_id_invitations_invitation_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/invitations/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page behind a mailed invitation
         * @description Says how to accept it; looking changes nothing.
         */
        get: operations["get_auth_invitations_token"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{token}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description Signed in with the address that was invited, which is proved.
         */
        post: operations["post_invitations_token_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-key-scopes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The scopes that an API key may have */
        get: operations["get_api_key_scopes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspace's API keys, the newest first */
        get: operations["get_api_keys"];
        put?: never;
        /**
         * Make an API key
         * @description The answer shows it, this once. It acts in your name and never beyond your own role; it ends when you leave the workspace or are suspended.
         */
        post: operations["post_api_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{api_key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An API key */
        get: operations["get_api_keys_api_key_id"];
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Refused everywhere within a second.
         */
        delete: operations["delete_api_keys_api_key_id"];
        options?: never;
        head?: never;
        /** Change an API key's name, scopes, addresses or rate */
        patch: operations["patch_api_keys_api_key_id"];
        trace?: never;
    };
    "/v1/api-keys/{api_key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an API key another secret
         * @description Both are good for the overlap (0 to 168 hours), then the new one alone.
         */
        post: operations["post_api_keys_api_key_id_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces/{workspace_id}/audit-entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what in a workspace, the newest first
         * @description What a person does to the own account stands in the personal workspace.
         */
        get: operations["get_workspaces_workspace_id_audit_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts, the newest first */
        get: operations["get_admin_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An account */
        get: operations["get_admin_users_user_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{user_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep a person out
         * @description Ends every session; the person's API keys stop.
         */
        post: operations["post_admin_users_user_id_suspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{user_id}/reinstate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a suspended person in again */
        post: operations["post_admin_users_user_id_reinstate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{user_id}/end-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign a person out everywhere */
        post: operations["post_admin_users_user_id_end_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{user_id}/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a person a link to set a new password
         * @description Nobody else learns or chooses it.
         */
        post: operations["post_admin_users_user_id_reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{user_id}/role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Make a person an administrator of the platform, or no longer */
        put: operations["put_admin_users_user_id_role"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{user_id}/impersonate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Act as a person for half an hour
         * @description The token bears `act`, every audit entry the administrator, and the person is told by mail. Credentials cannot be changed in it.
         */
        post: operations["post_admin_users_user_id_impersonate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/analytics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Revenue, churn, sign-ups and licence utilisation
         * @description MRR, ARR, active subscriptions and licences are of now, churn and sign-ups of the days asked for. `definitions` says what each figure means.
         */
        get: operations["get_admin_analytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/rate-limit-violations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who was refused by a rate in the last week, the most refused first */
        get: operations["get_admin_rate_limit_violations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The plans on offer
         * @description By product, then by price; all on one page.
         */
        get: operations["get_plans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans/comparison": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The plans of a product side by side */
        get: operations["get_plans_comparison"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans/{plan_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A plan with its features
         * @description Also one that is not offered any more, for those who still have it.
         */
        get: operations["get_plans_plan_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspace's subscriptions, newest first */
        get: operations["get_billing_subscriptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/webhook-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Notifications of the stores, newest first */
        get: operations["get_admin_webhook_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/webhook-events/{webhook_event_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A notification with its body */
        get: operations["get_admin_webhook_events_webhook_event_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/webhook-events/{webhook_event_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Apply a notification again
         * @description Asks its store for the present state where it can. What is newer by then stays.
         */
        post: operations["post_admin_webhook_events_webhook_event_id_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/purchases/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give everything that one person bought to another
         * @description For accounts that become one: subscriptions and trials already used move together or not at all.
         */
        post: operations["post_admin_purchases_merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All subscriptions, newest first */
        get: operations["get_admin_subscriptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/plans/move-subscribers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a plan's subscribers to its present version
         * @description Subscribers keep the version that they bought until this is called.
         */
        post: operations["post_admin_plans_move_subscribers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Comparisons with the stores, newest first */
        get: operations["get_admin_reconciliations"];
        put?: never;
        /**
         * Compare with a store now
         * @description Goes on in the background; the list tells how far it is.
         */
        post: operations["post_admin_reconciliations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkout/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a checkout for a plan
         * @description At most one is open for a workspace and product: asked for the same again it is that one, for another plan the older one is closed. The trial is given once ever to each owner of the workspace. Send the buyer to `url`.
         */
        post: operations["post_checkout_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkout/sessions/{checkout_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A checkout and what became of it */
        get: operations["get_checkout_sessions_checkout_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkout/success": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page after a checkout
         * @description Shows the licence key that came with the plan to whoever brings the store's id of the checkout, for a day.
         */
        get: operations["get_checkout_success"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkout/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page after a checkout that was left */
        get: operations["get_checkout_cancel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/portal-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The store's page for managing what was bought */
        post: operations["post_billing_portal_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/payment-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Payment Links that name the workspace
         * @description Of the plans whose catalogue entry has a `payment_link`.
         */
        get: operations["get_billing_payment_links"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/stripe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stripe's notifications
         * @description For Stripe alone: the header `Stripe-Signature` signs the exact body. 200 means that the event and all it causes is stored.
         */
        post: operations["post_webhooks_stripe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/app-store": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The App Store's notifications
         * @description For Apple alone (App Store Server Notifications, version 2): the body is signed. 200 means that the notification and all it causes is stored; 503 that Apple's own responders did not answer, so that it has to be sent again.
         */
        post: operations["post_webhooks_app_store"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/app-store/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim a purchase in the App Store
         * @description For purchases made without `appAccountToken`: an offer code, a purchase in the App Store itself. Whoever holds the signed transaction has bought; it becomes the workspace's unless it is another's already. Doing it again changes nothing.
         */
        post: operations["post_billing_app_store_transactions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/google-play": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Google Play's notifications
         * @description For Google's Pub/Sub alone, as a push subscription with authentication: the header `Authorization` bears a token of the service account. 200 acknowledges the message: it is stored, with all it causes.
         */
        post: operations["post_webhooks_google_play"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/google-play/purchases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim a purchase that was made at Google Play
         * @description For apps, right after a purchase, and for purchases made outside of the app. The purchase is read at Google; it is given to the workspace unless it is another's.
         */
        post: operations["post_billing_google_play_purchases"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/revenuecat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * RevenueCat's notifications
         * @description For RevenueCat alone: the header `Authorization` is the one set for this webhook in its dashboard. 200 means that the event and all it causes is stored.
         */
        post: operations["post_webhooks_revenuecat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/entitlements/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why the workspace is on its plan, the newest change first
         * @description Every change that was applied, ignored or rejected: what the stores sent, what was given by hand, what ran out by the time.
         */
        get: operations["get_billing_entitlements_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspace_id}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Plans that were given to a workspace by hand */
        get: operations["get_admin_workspaces_workspace_id_grants"];
        put?: never;
        /**
         * Give a workspace a plan until a date
         * @description Beside what it bought: for each feature the highest counts.
         */
        post: operations["post_admin_workspaces_workspace_id_grants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspace_id}/grants/{grant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take back a plan that was given by hand */
        delete: operations["delete_admin_workspaces_workspace_id_grants_grant_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspace_id}/overrides": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Features that a workspace has in place of its plan's */
        get: operations["get_admin_workspaces_workspace_id_overrides"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspace_id}/overrides/{product}/{feature}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An override */
        get: operations["get_admin_workspaces_workspace_id_overrides_product_feature"];
        /** Put a feature in place of what a workspace's plan says */
        put: operations["put_admin_workspaces_workspace_id_overrides_product_feature"];
        post?: never;
        /** Let a workspace's plan count again */
        delete: operations["delete_admin_workspaces_workspace_id_overrides_product_feature"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/entitlements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the workspace may do, and what it has used
         * @description One entry for each product, with the plan, its features, and for limits what is used and when it resets. The answer has an `ETag`; with that in `If-None-Match` it is 304 while nothing of it changed.
         */
        get: operations["get_billing_entitlements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/consume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count units of one feature, or of several
         * @description All or nothing. The same key again answers as the first call did, for ever, and counts nothing; for something else it is a conflict.
         */
        post: operations["post_usage_consume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/reserve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hold units of one feature, or of several, for work whose size is not known yet
         * @description They count as used at once, and come back when they are released, or not settled in time.
         */
        post: operations["post_usage_reserve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count what was held
         * @description Less than was held gives the rest back; more takes more, as far as there is room, and the answer tells how far. Counted in the window in which it was held, also when the plan is over by now.
         */
        post: operations["post_usage_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back what was held
         * @description Again, or after it is over: no effect.
         */
        post: operations["post_usage_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back units whose work failed
         * @description For the failures that are listed alone. In each window three refunds pass; after those, all of them together come to at most a fifth of the limit. Refunding again has no effect.
         */
        post: operations["post_usage_refund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage/daily": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was used on each day
         * @description Days of the workspace's time zone, both ends included, at most 366 days apart. A day without use is left out.
         */
        get: operations["get_usage_daily"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspace_id}/credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Credits of a workspace, the newest first */
        get: operations["get_admin_workspaces_workspace_id_credits"];
        put?: never;
        /**
         * Give a workspace units beyond what its plan has
         * @description Used when a window has nothing left, those that end first before the others.
         */
        post: operations["post_admin_workspaces_workspace_id_credits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a licence key is worth
         * @description Every outcome is a 200 with a code. 60 in a minute from an address and of a key; machines that the licence is activated on have an allowance of their own.
         */
        post: operations["post_licenses_validate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/{license_key}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a licence key is worth, for whoever can only read
         * @description As POST /v1/licenses/validate, which keeps the key out of addresses and is to be preferred.
         */
        get: operations["get_licenses_license_key_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Activate a licence on a machine
         * @description 201 for a machine that it was not activated on, 200 for one that it was.
         */
        post: operations["post_licenses_activate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/license-keys.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The public keys of licence files
         * @description A JSON Web Key Set (RFC 7517); a file's `kid` names its key.
         */
        get: operations["get_well_known_license_keys_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspace's licences, the newest first */
        get: operations["get_licenses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/{license_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A licence */
        get: operations["get_licenses_license_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/{license_id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A licence's signed file
         * @description A JWS (RFC 7515) in compact form, signed with PS256; `typ` is license+jws. With hardware_id it is good for that machine alone, which the licence has to be activated on. `format=json` answers the file, what it says and the key's id.
         */
        get: operations["get_licenses_license_id_download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/{license_id}/rotate-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a licence another key
         * @description The one before is good no more, at once. Activations stay.
         */
        post: operations["post_licenses_license_id_rotate_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/{license_id}/activations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The machines that a licence is activated on, the newest first */
        get: operations["get_licenses_license_id_activations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/{license_id}/activations/{activation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a machine from a licence
         * @description A file that it already has is good until its time is over.
         */
        delete: operations["delete_licenses_license_id_activations_activation_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/licenses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Licences of all workspaces, the newest first */
        get: operations["get_admin_licenses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/license-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys that sign licence files, and their stages */
        get: operations["get_admin_license_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/license-keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish the next key that signs licence files
         * @description It signs after the lead; the present one is published until the last file that it signed has run out.
         */
        post: operations["post_admin_license_keys_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/license-keys/{kid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a key that signs licence files out of use at once
         * @description For a key that is no longer secret: the files that it signed are good no more, and are to be downloaded afresh.
         */
        delete: operations["delete_admin_license_keys_kid"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/acquire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acquire a seat
         * @description 201 with a new session; 200 with the machine's present one, extended, so that it may be sent again without an Idempotency-Key. `licensing.seats_exhausted` tells `current_seats_used`, `max_seats` and `earliest_expiry`; unlike `request.rate_limited` it is not worth an automatic retry.
         */
        post: operations["post_licenses_acquire"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/sessions/{session_id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep a seat
         * @description Extends the lease while it runs; at its very end it is lost, and nothing but a new acquire brings a seat. Send the next one after `next_heartbeat_in` seconds.
         */
        post: operations["post_licenses_sessions_session_id_heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Give a seat back
         * @description Again, or after it was lost, has no effect; the machine's newer session is not touched.
         */
        delete: operations["delete_licenses_sessions_session_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/{license_key}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The seats of a licence that are held
         * @description For whoever has the key. The sessions' ids are not told.
         */
        get: operations["get_licenses_license_key_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licenses/{license_id}/seat-usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the seats of a licence were used
         * @description By day (UTC): sessions begun, their mean duration, the most seats held at once, and refusals.
         */
        get: operations["get_licenses_license_id_seat_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/email-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of mails, the newest first */
        get: operations["get_admin_email_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Addresses that no mail goes to, the newest first */
        get: operations["get_admin_suppressions"];
        put?: never;
        /**
         * Stop every mail to an address
         * @description The same address again is the same entry.
         */
        post: operations["post_admin_suppressions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/suppressions/{suppression_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Let mails go to an address again
         * @description An address may have several entries, each for a reason. The provider may keep a list of its own.
         */
        delete: operations["delete_admin_suppressions_suppression_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/sendgrid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * SendGrid's notifications
         * @description For SendGrid alone: the header `X-Twilio-Email-Event-Webhook-Signature` signs the exact body. Without MAIL_SENDGRID_WEBHOOK_KEY none is believed. 204 means that all of it is stored.
         */
        post: operations["post_webhooks_sendgrid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dev/mailbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The development mailbox, as a page */
        get: operations["get_dev_mailbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dev/mailbox/{mail_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A mail, as a page */
        get: operations["get_dev_mailbox_mail_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dev/mailbox/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest mails */
        get: operations["get_dev_mailbox_messages"];
        put?: never;
        post?: never;
        /** Empty the mailbox */
        delete: operations["delete_dev_mailbox_messages"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dev/mailbox/messages/{mail_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A mail */
        get: operations["get_dev_mailbox_messages_mail_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dev/mailbox/messages/{mail_id}/attachments/{n}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An attachment of a mail, counted from 0 */
        get: operations["get_dev_mailbox_messages_mail_id_attachments_n"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dev/mails": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The mail templates, as a page */
        get: operations["get_dev_mails"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dev/mails/{template}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A mail template with sample data, as a page */
        get: operations["get_dev_mails_template"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/prism/turns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your turns, the newest first */
        get: operations["get_prism_turns"];
        put?: never;
        /**
         * Ask one question
         * @description 201 with the turn, which counts towards `prism.turns_per_day`. 200 with help instead when the text tells of a crisis: nothing is generated or counted.
         */
        post: operations["post_prism_turns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /** Format: uri-reference */
            type: string;
            title: string;
            status: number;
            detail?: string;
            /** @description Stable: what a program decides by */
            code: string;
            request_id: string;
            errors?: {
                /** @description JSON pointer to the field */
                pointer: string;
                detail: string;
            }[];
        } & {
            [key: string]: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_health_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_health_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        status: "ok" | "degraded" | "unavailable";
                        version: string;
                        checks: {
                            [key: string]: {
                                /** @enum {unknown} */
                                status: "ok" | "failed";
                                latency_ms: number;
                            };
                        };
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        status: "ok" | "degraded" | "unavailable";
                        version: string;
                        checks: {
                            [key: string]: {
                                /** @enum {unknown} */
                                status: "ok" | "failed";
                                latency_ms: number;
                            };
                        };
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Compared without regard to case and outer spaces */
                    email: string;
                    /** @description 8 to 256 characters, with upper case, lower case and a digit unless the installation asks for length alone; none of the common ones */
                    password: string;
                    full_name: string;
                    /** @description Names the workspace */
                    company_name?: string;
                    /** @description IANA name; UTC when left out */
                    time_zone?: string;
                    /** @description How the person will recognise this session */
                    device_label?: string;
                    /**
                     * @description `bearer`: the tokens are in the answer. `cookie`: they are cookies, which no script of a page can read
                     * @default bearer
                     * @enum {unknown}
                     */
                    session: "bearer" | "cookie";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description JWT; send as Authorization: Bearer */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds that the access token lives */
                        expires_in: number;
                        /** @description Good for one refresh */
                        refresh_token: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    } | {
                        /** @enum {string} */
                        token_type: "Cookie";
                        /** @description Seconds until POST /v1/auth/refresh is due */
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    };
                };
            };
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        email: string;
                        /** @enum {string} */
                        status: "verification_sent";
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "second_factor_required";
                        /** @description For POST /v1/auth/second-factor */
                        mfa_token: string;
                        expires_in: number;
                        methods: ("totp" | "recovery_code")[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.origin_forbidden`: Cookies are not taken from this origin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.email_taken`: This e-mail address has an account */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.hashing_busy`: Too many sign-ins at once
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Compared without regard to case and outer spaces */
                    email: string;
                    password: string;
                    /** @description From an earlier sign-in on this device: keeps a lockout from it */
                    device_token?: string;
                    /** @description How the person will recognise this session */
                    device_label?: string;
                    /**
                     * @description `bearer`: the tokens are in the answer. `cookie`: they are cookies, which no script of a page can read
                     * @default bearer
                     * @enum {unknown}
                     */
                    session: "bearer" | "cookie";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description JWT; send as Authorization: Bearer */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds that the access token lives */
                        expires_in: number;
                        /** @description Good for one refresh */
                        refresh_token: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    } | {
                        /** @enum {string} */
                        token_type: "Cookie";
                        /** @description Seconds until POST /v1/auth/refresh is due */
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "second_factor_required";
                        /** @description For POST /v1/auth/second-factor */
                        mfa_token: string;
                        expires_in: number;
                        methods: ("totp" | "recovery_code")[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.invalid_credentials`: The e-mail address or the password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.email_unverified`: Confirm your e-mail address first
             *
             *     `request.origin_forbidden`: Cookies are not taken from this origin
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.hashing_busy`: Too many sign-ins at once
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    mfa_token: string;
                    code?: string;
                    recovery_code?: string;
                    /** @description How the person will recognise this session */
                    device_label?: string;
                    /**
                     * @description `bearer`: the tokens are in the answer. `cookie`: they are cookies, which no script of a page can read
                     * @default bearer
                     * @enum {unknown}
                     */
                    session: "bearer" | "cookie";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description JWT; send as Authorization: Bearer */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds that the access token lives */
                        expires_in: number;
                        /** @description Good for one refresh */
                        refresh_token: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    } | {
                        /** @enum {string} */
                        token_type: "Cookie";
                        /** @description Seconds until POST /v1/auth/refresh is due */
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "second_factor_required";
                        /** @description For POST /v1/auth/second-factor */
                        mfa_token: string;
                        expires_in: number;
                        methods: ("totp" | "recovery_code")[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.invalid_credentials`: The e-mail address or the password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `factors.code_invalid`: The code is wrong or was used
             *
             *     `request.origin_forbidden`: Cookies are not taken from this origin
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `factors.challenge_over`: This attempt is over: sign in again */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_magic_link_code: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Compared without regard to case and outer spaces */
                    email: string;
                    code: string;
                    /** @description How the person will recognise this session */
                    device_label?: string;
                    /**
                     * @description `bearer`: the tokens are in the answer. `cookie`: they are cookies, which no script of a page can read
                     * @default bearer
                     * @enum {unknown}
                     */
                    session: "bearer" | "cookie";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description JWT; send as Authorization: Bearer */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds that the access token lives */
                        expires_in: number;
                        /** @description Good for one refresh */
                        refresh_token: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    } | {
                        /** @enum {string} */
                        token_type: "Cookie";
                        /** @description Seconds until POST /v1/auth/refresh is due */
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "second_factor_required";
                        /** @description For POST /v1/auth/second-factor */
                        mfa_token: string;
                        expires_in: number;
                        methods: ("totp" | "recovery_code")[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.invalid_credentials`: The e-mail address or the password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.code_invalid`: The code is wrong, was used, or is too old
             *
             *     `request.origin_forbidden`: Cookies are not taken from this origin
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_passkey_options: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        challenge_id: string;
                        /** @description For navigator.credentials */
                        options: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @description UUID
                     */
                    challenge_id: string;
                    /** @description What navigator.credentials gave, as JSON (PublicKeyCredential.toJSON) */
                    response: {
                        [key: string]: unknown;
                    };
                    /** @description How the person will recognise this session */
                    device_label?: string;
                    /**
                     * @description `bearer`: the tokens are in the answer. `cookie`: they are cookies, which no script of a page can read
                     * @default bearer
                     * @enum {unknown}
                     */
                    session: "bearer" | "cookie";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description JWT; send as Authorization: Bearer */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds that the access token lives */
                        expires_in: number;
                        /** @description Good for one refresh */
                        refresh_token: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    } | {
                        /** @enum {string} */
                        token_type: "Cookie";
                        /** @description Seconds until POST /v1/auth/refresh is due */
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "second_factor_required";
                        /** @description For POST /v1/auth/second-factor */
                        mfa_token: string;
                        expires_in: number;
                        methods: ("totp" | "recovery_code")[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.invalid_credentials`: The e-mail address or the password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `factors.passkey_invalid`: The passkey's answer cannot be trusted
             *
             *     `request.origin_forbidden`: Cookies are not taken from this origin
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `factors.challenge_over`: This attempt is over: sign in again */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Left out with cookies */
                    refresh_token?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description JWT; send as Authorization: Bearer */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds that the access token lives */
                        expires_in: number;
                        /** @description Good for one refresh */
                        refresh_token: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                    } | {
                        /** @enum {string} */
                        token_type: "Cookie";
                        /** @description Seconds until POST /v1/auth/refresh is due */
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.refresh_invalid`: Sign in again
             *
             *     `identity.refresh_reused`: Sign in again
             */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.origin_forbidden`: Cookies are not taken from this origin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_step_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password?: string;
                    /** @description Of the authenticator app */
                    code?: string;
                    recovery_code?: string;
                    /** @description From POST /v1/auth/magic-link, for accounts without password */
                    mailed_code?: string;
                    passkey?: {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        challenge_id: string;
                        /** @description What navigator.credentials gave, as JSON (PublicKeyCredential.toJSON) */
                        response: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "confirmed";
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `factors.code_invalid`: The code is wrong or was used
             *
             *     `factors.passkey_invalid`: The passkey's answer cannot be trusted
             *
             *     `identity.code_invalid`: The code is wrong, was used, or is too old
             *
             *     `identity.wrong_password`: The current password is wrong
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sessions.foreign_session`: You signed in at another provider, which keeps your session */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `factors.challenge_over`: This attempt is over: sign in again */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.proof_missing`: Show who you are in a way that you have
             *
             *     `request.invalid`: The request has invalid fields
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.hashing_busy`: Too many sign-ins at once
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_auth_cookies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_resend_verification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Compared without regard to case and outer spaces */
                    email: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "sent_if_possible";
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_forgot_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Compared without regard to case and outer spaces */
                    email: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "sent_if_possible";
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_magic_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Compared without regard to case and outer spaces */
                    email: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "sent_if_possible";
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_auth_verify_email_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML, for a browser */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_verify_email_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "verified";
                    } | string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.token_invalid`: This link was used, is too old, or was replaced by a newer one */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_auth_change_email_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML, for a browser */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_change_email_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "email_changed";
                    } | string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.token_invalid`: This link was used, is too old, or was replaced by a newer one */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_auth_reset_password_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML, for a browser */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_reset_password_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 8 to 256 characters, with upper case, lower case and a digit unless the installation asks for length alone; none of the common ones */
                    password: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "password_changed";
                    } | string;
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.token_invalid`: This link was used, is too old, or was replaced by a newer one */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.hashing_busy`: Too many sign-ins at once
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_auth_magic_link_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML, for a browser */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_magic_link_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description How the person will recognise this session */
                    device_label?: string;
                    /**
                     * @description `bearer`: the tokens are in the answer. `cookie`: they are cookies, which no script of a page can read
                     * @default bearer
                     * @enum {unknown}
                     */
                    session: "bearer" | "cookie";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": ({
                        /** @description JWT; send as Authorization: Bearer */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds that the access token lives */
                        expires_in: number;
                        /** @description Good for one refresh */
                        refresh_token: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    } | {
                        /** @enum {string} */
                        token_type: "Cookie";
                        /** @description Seconds until POST /v1/auth/refresh is due */
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    }) | string;
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "second_factor_required";
                        /** @description For POST /v1/auth/second-factor */
                        mfa_token: string;
                        expires_in: number;
                        methods: ("totp" | "recovery_code")[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.invalid_credentials`: The e-mail address or the password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.origin_forbidden`: Cookies are not taken from this origin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.token_invalid`: This link was used, is too old, or was replaced by a newer one */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_auth_restore_account_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML, for a browser */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_restore_account_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "restored";
                    } | string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.token_invalid`: This link was used, is too old, or was replaced by a newer one */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /** @description Null for an account of another provider without one */
                        email: string | null;
                        email_verified: boolean;
                        full_name: string;
                        /** @description What others see; the full name without it */
                        display_name: string | null;
                        /** @description BCP 47 */
                        locale: string | null;
                        /** @description IANA */
                        time_zone: string | null;
                        /** @description https */
                        avatar_url: string | null;
                        /** @enum {unknown} */
                        role: "user" | "admin";
                        /** Format: date-time */
                        created_at: string;
                        /** @description The administrator who acts as you in this session */
                        impersonated_by?: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "deleted";
                        /** Format: date-time */
                        erased_at: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.last_admin`: The platform keeps at least one administrator
             *
             *     `identity.owns_workspaces`: Hand over or delete the workspaces that you own alone first
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    full_name?: string;
                    display_name?: string | null;
                    locale?: string | null;
                    time_zone?: string | null;
                    avatar_url?: string | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /** @description Null for an account of another provider without one */
                        email: string | null;
                        email_verified: boolean;
                        full_name: string;
                        /** @description What others see; the full name without it */
                        display_name: string | null;
                        /** @description BCP 47 */
                        locale: string | null;
                        /** @description IANA */
                        time_zone: string | null;
                        /** @description https */
                        avatar_url: string | null;
                        /** @enum {unknown} */
                        role: "user" | "admin";
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_me_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Left out by who has none yet */
                    current_password?: string;
                    /** @description 8 to 256 characters, with upper case, lower case and a digit unless the installation asks for length alone; none of the common ones */
                    password: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "password_changed";
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.wrong_password`: The current password is wrong
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `identity.hashing_busy`: Too many sign-ins at once
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_me_email: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Compared without regard to case and outer spaces */
                    email: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        email: string;
                        /** @enum {string} */
                        status: "verification_sent";
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sessions.foreign_session`: You signed in at another provider, which keeps your session */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_logout_all: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Whether this session goes on
                     * @default false
                     */
                    keep_current: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ended: number;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sessions.foreign_session`: You signed in at another provider, which keeps your session */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me_sessions: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Whether this request belongs to it */
                            current: boolean;
                            ip_address: string | null;
                            user_agent: string | null;
                            device_label: string | null;
                            /** @enum {unknown} */
                            transport: "bearer" | "cookie";
                            /** @description How the person proved who they are (RFC 8176) */
                            methods: string[];
                            /** @description Whether an administrator acts as you in it */
                            impersonated: boolean;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            last_seen_at: string;
                            /** Format: date-time */
                            expires_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_me_sessions_session_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_well_known_jwks_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: {
                            [key: string]: unknown;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_signing_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            kid: string;
                            /**
                             * @description Published before it signs, then signing, then verifying what it signed until that is over
                             * @enum {unknown}
                             */
                            stage: "published" | "signing" | "verifying";
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            active_from: string;
                            retires_at: string | null;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_signing_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            kid: string;
                            /**
                             * @description Published before it signs, then signing, then verifying what it signed until that is over
                             * @enum {unknown}
                             */
                            stage: "published" | "signing" | "verifying";
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            active_from: string;
                            retires_at: string | null;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_signing_keys_kid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me_factors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether an authenticator app is set up: then a password alone does not sign in */
                        totp: boolean;
                        recovery_codes_left: number;
                        passkeys: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            /** @description Whether it is synced by its provider */
                            backed_up: boolean;
                            /** Format: date-time */
                            created_at: string;
                            last_used_at: string | null;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_factors_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Base32, for typing it in */
                        secret: string;
                        /** @description For a QR code */
                        otpauth_url: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `factors.already_enabled`: An authenticator app is set up already; remove it first */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_me_factors_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `factors.not_enabled`: There is no authenticator app to do this with */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_factors_totp_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Six digits of the authenticator app */
                    code: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Shown once; each is good once */
                        recovery_codes: string[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `factors.code_invalid`: The code is wrong or was used
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_factors_recovery_codes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Shown once; each is good once */
                        recovery_codes: string[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `factors.not_enabled`: There is no authenticator app to do this with */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_passkeys_options: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        challenge_id: string;
                        /** @description For navigator.credentials */
                        options: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_passkeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @description UUID
                     */
                    challenge_id: string;
                    /** @description What navigator.credentials gave, as JSON (PublicKeyCredential.toJSON) */
                    response: {
                        [key: string]: unknown;
                    };
                    /** @description How the person will recognise it */
                    name: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description Whether it is synced by its provider */
                        backed_up: boolean;
                        /** Format: date-time */
                        created_at: string;
                        last_used_at: string | null;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `factors.passkey_invalid`: The passkey's answer cannot be trusted
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `factors.too_many_passkeys`: A person has 20 passkeys at most */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `factors.challenge_over`: This attempt is over: sign in again */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_me_passkeys_passkey_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                passkey_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_oauth_provider_start: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: "google" | "github" | "apple";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Where the browser goes afterwards, with `code` or `error` in its query; of an origin in CORS_ORIGINS */
                    return_to: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Send the browser there */
                        authorization_url: string;
                        /** @description Keep it: only who began the sign-in can finish it */
                        flow_token: string;
                        expires_in: number;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `federation.unknown_provider`: Nobody signs in here with this provider
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_auth_oauth_provider_callback: {
        parameters: {
            query?: {
                state?: string;
                code?: string;
                error?: string;
            };
            header?: never;
            path: {
                provider: "google" | "github" | "apple";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `federation.unknown_provider`: Nobody signs in here with this provider
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `federation.flow_over`: This sign-in was finished, or is too old: begin again */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_oauth_provider_callback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: "google" | "github" | "apple";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    state: string;
                    user?: string;
                } & {
                    [key: string]: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `federation.unknown_provider`: Nobody signs in here with this provider
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `federation.flow_over`: This sign-in was finished, or is too old: begin again */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_oauth_complete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    flow_token: string;
                    /** @description From the query of return_to */
                    code: string;
                    device_label?: string;
                    /**
                     * @default bearer
                     * @enum {unknown}
                     */
                    session: "bearer" | "cookie";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description JWT; send as Authorization: Bearer */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        /** @description Seconds that the access token lives */
                        expires_in: number;
                        /** @description Good for one refresh */
                        refresh_token: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    } | {
                        /** @enum {string} */
                        token_type: "Cookie";
                        /** @description Seconds until POST /v1/auth/refresh is due */
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                        user: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                        };
                        workspace: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            slug: string;
                        };
                        /** @description Keep it on the device, and send it with the next sign-in */
                        device_token: string;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "second_factor_required";
                        /** @description For POST /v1/auth/second-factor */
                        mfa_token: string;
                        expires_in: number;
                        methods: ("totp" | "recovery_code")[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.invalid_credentials`: The e-mail address or the password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.origin_forbidden`: Cookies are not taken from this origin */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `federation.link_required`: This e-mail address has an account: sign in to it, then link the provider */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `federation.flow_over`: This sign-in was finished, or is too old: begin again */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me_identities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            provider: string;
                            issuer: string;
                            email: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description To the hour */
                            last_used_at: string;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_identities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    flow_token: string;
                    /** @description From the query of return_to */
                    code: string;
                } | {
                    /** @description A token of a configured issuer */
                    foreign_token: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            provider: string;
                            issuer: string;
                            email: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** @description To the hour */
                            last_used_at: string;
                        }[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `federation.address_unverified`: The provider has not verified the e-mail address
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `federation.identity_taken`: This account at the provider belongs to somebody here already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `federation.flow_over`: This sign-in was finished, or is too old: begin again */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `federation.keys_unavailable`: The issuer's keys cannot be had right now
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_me_identities_identity_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                identity_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `federation.last_way_in`: This is the only way into the account: give it an e-mail address first */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workspaces: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            /** @description Unique; for addresses that people read */
                            slug: string;
                            /** @description Whether it is somebody's personal workspace */
                            personal: boolean;
                            /**
                             * @description A suspended one can be read, and nothing in it changed
                             * @enum {unknown}
                             */
                            status: "active" | "suspended";
                            suspended_reason: string | null;
                            /**
                             * @description past_due: a payment failed for the third time, and what was paid for is suspended
                             * @enum {unknown}
                             */
                            billing_status: "current" | "past_due";
                            /** @description IANA name; days and weeks of limits begin by it */
                            time_zone: string;
                            /** Format: date-time */
                            created_at: string;
                            /** @enum {unknown} */
                            role: "member" | "admin" | "owner";
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_workspaces: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @description IANA name */
                    time_zone?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description Unique; for addresses that people read */
                        slug: string;
                        /** @description Whether it is somebody's personal workspace */
                        personal: boolean;
                        /**
                         * @description A suspended one can be read, and nothing in it changed
                         * @enum {unknown}
                         */
                        status: "active" | "suspended";
                        suspended_reason: string | null;
                        /**
                         * @description past_due: a payment failed for the third time, and what was paid for is suspended
                         * @enum {unknown}
                         */
                        billing_status: "current" | "past_due";
                        /** @description IANA name; days and weeks of limits begin by it */
                        time_zone: string;
                        /** Format: date-time */
                        created_at: string;
                        /** @enum {unknown} */
                        role: "member" | "admin" | "owner";
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workspaces_workspace_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description Unique; for addresses that people read */
                        slug: string;
                        /** @description Whether it is somebody's personal workspace */
                        personal: boolean;
                        /**
                         * @description A suspended one can be read, and nothing in it changed
                         * @enum {unknown}
                         */
                        status: "active" | "suspended";
                        suspended_reason: string | null;
                        /**
                         * @description past_due: a payment failed for the third time, and what was paid for is suspended
                         * @enum {unknown}
                         */
                        billing_status: "current" | "past_due";
                        /** @description IANA name; days and weeks of limits begin by it */
                        time_zone: string;
                        /** Format: date-time */
                        created_at: string;
                        /** @enum {unknown} */
                        role: "member" | "admin" | "owner";
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_workspaces_workspace_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "deleted";
                        /** Format: date-time */
                        erased_at: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspaces.personal`: This cannot be done with a personal workspace */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_workspaces_workspace_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @description 3 to 60 of a-z, 0-9 and - */
                    slug?: string;
                    /** @description IANA name */
                    time_zone?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description Unique; for addresses that people read */
                        slug: string;
                        /** @description Whether it is somebody's personal workspace */
                        personal: boolean;
                        /**
                         * @description A suspended one can be read, and nothing in it changed
                         * @enum {unknown}
                         */
                        status: "active" | "suspended";
                        suspended_reason: string | null;
                        /**
                         * @description past_due: a payment failed for the third time, and what was paid for is suspended
                         * @enum {unknown}
                         */
                        billing_status: "current" | "past_due";
                        /** @description IANA name; days and weeks of limits begin by it */
                        time_zone: string;
                        /** Format: date-time */
                        created_at: string;
                        /** @enum {unknown} */
                        role: "member" | "admin" | "owner";
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspaces.slug_taken`: Another workspace has this slug */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workspaces_workspace_id_quotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        members: {
                            /** @description Null is unlimited */
                            limit: number | null;
                            /** @description Left out for rates */
                            used?: number;
                        };
                        api_keys: {
                            /** @description Null is unlimited */
                            limit: number | null;
                            /** @description Left out for rates */
                            used?: number;
                        };
                        storage_bytes: {
                            /** @description Null is unlimited */
                            limit: number | null;
                            /** @description Left out for rates */
                            used?: number;
                        };
                        requests_per_minute: {
                            /** @description Null is unlimited */
                            limit: number | null;
                            /** @description Left out for rates */
                            used?: number;
                        };
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workspaces_workspace_id_members: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            user_id: string;
                            /** @enum {unknown} */
                            role: "member" | "admin" | "owner";
                            full_name: string | null;
                            email: string | null;
                            avatar_url: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_workspaces_workspace_id_members_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `workspaces.owner_protected`: Only an owner may do this to an owner, or make one
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspaces.last_owner`: A workspace keeps at least one owner */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_workspaces_workspace_id_members_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    role: "member" | "admin" | "owner";
                };
            };
        };
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `workspaces.owner_protected`: Only an owner may do this to an owner, or make one
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspaces.last_owner`: A workspace keeps at least one owner */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_workspaces_workspace_id_transfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @description UUID
                     */
                    user_id: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             *
             *     `workspaces.owner_protected`: Only an owner may do this to an owner, or make one
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `workspaces.personal`: This cannot be done with a personal workspace */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_workspaces_workspace_id_suspend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description Unique; for addresses that people read */
                        slug: string;
                        /** @description Whether it is somebody's personal workspace */
                        personal: boolean;
                        /**
                         * @description A suspended one can be read, and nothing in it changed
                         * @enum {unknown}
                         */
                        status: "active" | "suspended";
                        suspended_reason: string | null;
                        /**
                         * @description past_due: a payment failed for the third time, and what was paid for is suspended
                         * @enum {unknown}
                         */
                        billing_status: "current" | "past_due";
                        /** @description IANA name; days and weeks of limits begin by it */
                        time_zone: string;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_workspaces_workspace_id_reinstate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description Unique; for addresses that people read */
                        slug: string;
                        /** @description Whether it is somebody's personal workspace */
                        personal: boolean;
                        /**
                         * @description A suspended one can be read, and nothing in it changed
                         * @enum {unknown}
                         */
                        status: "active" | "suspended";
                        suspended_reason: string | null;
                        /**
                         * @description past_due: a payment failed for the third time, and what was paid for is suspended
                         * @enum {unknown}
                         */
                        billing_status: "current" | "past_due";
                        /** @description IANA name; days and weeks of limits begin by it */
                        time_zone: string;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workspaces_workspace_id_invitations: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Only those that can be accepted */
                status?: "pending";
            };
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            email: string;
                            /** @enum {unknown} */
                            role: "member" | "admin";
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            invited_by: string;
                            /** @enum {unknown} */
                            status: "pending" | "accepted" | "revoked" | "expired";
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_workspaces_workspace_id_invitations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    /**
                     * @default member
                     * @enum {unknown}
                     */
                    role: "member" | "admin";
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        email: string;
                        /** @enum {unknown} */
                        role: "member" | "admin";
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        invited_by: string;
                        /** @enum {unknown} */
                        status: "pending" | "accepted" | "revoked" | "expired";
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        expires_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             *
             *     `workspaces.personal`: This cannot be done with a personal workspace
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_workspaces_workspace_id_invitations_invitation_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
                /** @description UUID */
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_auth_invitations_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_invitations_token_accept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        workspace_id: string;
                        /** @enum {unknown} */
                        role: "member" | "admin";
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invitations.email_unverified`: Confirm your e-mail address first
             *
             *     `invitations.not_yours`: The invitation is for another e-mail address
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `invitations.already_member`: You belong to this workspace already
             *
             *     `workspaces.personal`: This cannot be done with a personal workspace
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invitations.over`: The invitation was used, revoked, replaced, or is too old */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.rate_limited`: Too many requests
             *
             *     `workspaces.quota_reached`: The workspace has as many of these as its plan allows
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_api_key_scopes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: string[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.person_required`: Only a person may do this, not an API key */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_api_keys: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            name: string;
                            /** @description How it begins */
                            prefix: string;
                            /** @description The last four characters of its secret */
                            last4: string;
                            /** @enum {unknown} */
                            environment: "live" | "test";
                            scopes: string[];
                            /** @enum {unknown} */
                            role: "member" | "admin";
                            allowed_addresses: string[];
                            /** @description Calls in a minute; the installation's default without it */
                            rate_per_minute: number | null;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            created_by: string;
                            /** Format: date-time */
                            created_at: string;
                            expires_at: string | null;
                            /** @description To the minute */
                            last_used_at: string | null;
                            rotated_at: string | null;
                            /** @description Until when the key before the rotation is good too */
                            previous_expires_at: string | null;
                            revoked_at: string | null;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_api_keys: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What it is for */
                    name: string;
                    /** @description What it may do, for example `prism:write`; GET /v1/api-key-scopes lists them */
                    scopes: string[];
                    /**
                     * @description At most the maker's
                     * @default member
                     * @enum {unknown}
                     */
                    role: "member" | "admin";
                    /** @description Addresses or CIDR ranges that it is taken from; everywhere when empty */
                    allowed_addresses?: string[];
                    /** @description Calls in a minute; the installation's default without it */
                    rate_per_minute?: number | null;
                    /**
                     * Format: date-time
                     * @description In the future
                     */
                    expires_at?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description How it begins */
                        prefix: string;
                        /** @description The last four characters of its secret */
                        last4: string;
                        /** @enum {unknown} */
                        environment: "live" | "test";
                        scopes: string[];
                        /** @enum {unknown} */
                        role: "member" | "admin";
                        allowed_addresses: string[];
                        /** @description Calls in a minute; the installation's default without it */
                        rate_per_minute: number | null;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        expires_at: string | null;
                        /** @description To the minute */
                        last_used_at: string | null;
                        rotated_at: string | null;
                        /** @description Until when the key before the rotation is good too */
                        previous_expires_at: string | null;
                        revoked_at: string | null;
                        /** @description Shown this once */
                        key: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `api_keys.outranks_creator`: A key may not do more than who makes it
             *
             *     `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `api_keys.unknown_scope`: There is no such scope
             *
             *     `request.invalid`: The request has invalid fields
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.rate_limited`: Too many requests
             *
             *     `workspaces.quota_reached`: The workspace has as many of these as its plan allows
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_api_keys_api_key_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                api_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description How it begins */
                        prefix: string;
                        /** @description The last four characters of its secret */
                        last4: string;
                        /** @enum {unknown} */
                        environment: "live" | "test";
                        scopes: string[];
                        /** @enum {unknown} */
                        role: "member" | "admin";
                        allowed_addresses: string[];
                        /** @description Calls in a minute; the installation's default without it */
                        rate_per_minute: number | null;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        expires_at: string | null;
                        /** @description To the minute */
                        last_used_at: string | null;
                        rotated_at: string | null;
                        /** @description Until when the key before the rotation is good too */
                        previous_expires_at: string | null;
                        revoked_at: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_api_keys_api_key_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                api_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_api_keys_api_key_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                api_key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What it is for */
                    name?: string;
                    /** @description What it may do, for example `prism:write`; GET /v1/api-key-scopes lists them */
                    scopes?: string[];
                    /** @description Addresses or CIDR ranges that it is taken from; everywhere when empty */
                    allowed_addresses?: string[];
                    /** @description Calls in a minute; the installation's default without it */
                    rate_per_minute?: number | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description How it begins */
                        prefix: string;
                        /** @description The last four characters of its secret */
                        last4: string;
                        /** @enum {unknown} */
                        environment: "live" | "test";
                        scopes: string[];
                        /** @enum {unknown} */
                        role: "member" | "admin";
                        allowed_addresses: string[];
                        /** @description Calls in a minute; the installation's default without it */
                        rate_per_minute: number | null;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        expires_at: string | null;
                        /** @description To the minute */
                        last_used_at: string | null;
                        rotated_at: string | null;
                        /** @description Until when the key before the rotation is good too */
                        previous_expires_at: string | null;
                        revoked_at: string | null;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `api_keys.unknown_scope`: There is no such scope
             *
             *     `request.invalid`: The request has invalid fields
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_api_keys_api_key_id_rotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path: {
                /** @description UUID */
                api_key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Hours for which the present key stays good beside the new one; 0: it ends at once
                     * @default 24
                     */
                    overlap_hours: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        name: string;
                        /** @description How it begins */
                        prefix: string;
                        /** @description The last four characters of its secret */
                        last4: string;
                        /** @enum {unknown} */
                        environment: "live" | "test";
                        scopes: string[];
                        /** @enum {unknown} */
                        role: "member" | "admin";
                        allowed_addresses: string[];
                        /** @description Calls in a minute; the installation's default without it */
                        rate_per_minute: number | null;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        expires_at: string | null;
                        /** @description To the minute */
                        last_used_at: string | null;
                        rotated_at: string | null;
                        /** @description Until when the key before the rotation is good too */
                        previous_expires_at: string | null;
                        revoked_at: string | null;
                        /** @description Shown this once */
                        key: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workspaces_workspace_id_audit_entries: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Only this action */
                action?: string;
                /** @description UUID */
                actor_id?: string;
            };
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @enum {unknown} */
                            actor_kind: "user" | "api_key" | "system";
                            /** @description The person or the key; null for the platform */
                            actor_id: string | null;
                            /** @description The administrator who acted as the person */
                            impersonator_id: string | null;
                            /** @description What was done, for example `workspaces.member_removed` */
                            action: string;
                            /** @description To what, as `<kind>:<id>` */
                            target: string | null;
                            details: {
                                [key: string]: unknown;
                            };
                            ip_address: string | null;
                            request_id: string;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_users: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Compared without regard to case and outer spaces */
                email?: string;
                /** @description A part of the address or of the name, without regard to case */
                search?: string;
                status?: "active" | "suspended" | "deleted";
                role?: "user" | "admin";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null for an account of another provider without one */
                            email: string | null;
                            email_verified: boolean;
                            full_name: string;
                            /** @description What others see; the full name without it */
                            display_name: string | null;
                            /** @description BCP 47 */
                            locale: string | null;
                            /** @description IANA */
                            time_zone: string | null;
                            /** @description https */
                            avatar_url: string | null;
                            /** @enum {unknown} */
                            role: "user" | "admin";
                            /** Format: date-time */
                            created_at: string;
                            /** @enum {unknown} */
                            status: "active" | "suspended" | "deleted";
                            deleted_at: string | null;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_users_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /** @description Null for an account of another provider without one */
                        email: string | null;
                        email_verified: boolean;
                        full_name: string;
                        /** @description What others see; the full name without it */
                        display_name: string | null;
                        /** @description BCP 47 */
                        locale: string | null;
                        /** @description IANA */
                        time_zone: string | null;
                        /** @description https */
                        avatar_url: string | null;
                        /** @enum {unknown} */
                        role: "user" | "admin";
                        /** Format: date-time */
                        created_at: string;
                        /** @enum {unknown} */
                        status: "active" | "suspended" | "deleted";
                        deleted_at: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_users_user_id_suspend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Stands in the audit record */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /** @description Null for an account of another provider without one */
                        email: string | null;
                        email_verified: boolean;
                        full_name: string;
                        /** @description What others see; the full name without it */
                        display_name: string | null;
                        /** @description BCP 47 */
                        locale: string | null;
                        /** @description IANA */
                        time_zone: string | null;
                        /** @description https */
                        avatar_url: string | null;
                        /** @enum {unknown} */
                        role: "user" | "admin";
                        /** Format: date-time */
                        created_at: string;
                        /** @enum {unknown} */
                        status: "active" | "suspended" | "deleted";
                        deleted_at: string | null;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.last_admin`: The platform keeps at least one administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_users_user_id_reinstate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Stands in the audit record */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /** @description Null for an account of another provider without one */
                        email: string | null;
                        email_verified: boolean;
                        full_name: string;
                        /** @description What others see; the full name without it */
                        display_name: string | null;
                        /** @description BCP 47 */
                        locale: string | null;
                        /** @description IANA */
                        time_zone: string | null;
                        /** @description https */
                        avatar_url: string | null;
                        /** @enum {unknown} */
                        role: "user" | "admin";
                        /** Format: date-time */
                        created_at: string;
                        /** @enum {unknown} */
                        status: "active" | "suspended" | "deleted";
                        deleted_at: string | null;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_users_user_id_end_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Stands in the audit record */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_users_user_id_reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Stands in the audit record */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.no_address`: This account has no e-mail address */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_admin_users_user_id_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    role: "user" | "admin";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /** @description Null for an account of another provider without one */
                        email: string | null;
                        email_verified: boolean;
                        full_name: string;
                        /** @description What others see; the full name without it */
                        display_name: string | null;
                        /** @description BCP 47 */
                        locale: string | null;
                        /** @description IANA */
                        time_zone: string | null;
                        /** @description https */
                        avatar_url: string | null;
                        /** @enum {unknown} */
                        role: "user" | "admin";
                        /** Format: date-time */
                        created_at: string;
                        /** @enum {unknown} */
                        status: "active" | "suspended" | "deleted";
                        deleted_at: string | null;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.last_admin`: The platform keeps at least one administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_users_user_id_impersonate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Stands in the audit record */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Acts as the person for half an hour; there is no refresh */
                        access_token: string;
                        /** @enum {string} */
                        token_type: "Bearer";
                        expires_in: number;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        session_id: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `identity.not_impersonable`: Nobody acts in the name of an administrator or of a closed account */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_analytics: {
        parameters: {
            query?: {
                /** @description First day of sign-ups and churn (UTC); default: the first of the month eleven months before `to` */
                from?: string;
                /** @description Last day of sign-ups and churn (UTC); default: today */
                to?: string;
                /** @description Of this product only; sign-ups belong to none */
                product?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description When mrr, arr, active_subscriptions and license_utilisation are of
                         */
                        as_of: string;
                        /** @description To when churn is known; null before the first recording */
                        recorded_at: string | null;
                        /**
                         * @description The installation's: a store's other environment is left out
                         * @enum {unknown}
                         */
                        environment: "live" | "test";
                        /** Format: date */
                        from: string;
                        /** Format: date */
                        to: string;
                        mrr: {
                            /** @description ISO 4217 */
                            currency: string;
                            /** @description In minor units of the currency */
                            gross: number;
                            /** @description In minor units of the currency */
                            past_due: number;
                            /** @description In minor units of the currency */
                            fees_estimate: number;
                            /** @description In minor units of the currency */
                            net_estimate: number;
                            by_product: {
                                product: string;
                                /** @description In minor units of the currency */
                                gross: number;
                                /** @description In minor units of the currency */
                                past_due: number;
                            }[];
                            by_source: {
                                source: string;
                                /** @description In minor units of the currency */
                                gross: number;
                                /** @description In minor units of the currency */
                                past_due: number;
                                /** @description In minor units of the currency */
                                fees_estimate: number;
                                /** @description In minor units of the currency */
                                net_estimate: number;
                            }[];
                        }[];
                        arr: {
                            /** @description ISO 4217 */
                            currency: string;
                            /** @description In minor units of the currency */
                            gross: number;
                            /** @description In minor units of the currency */
                            past_due: number;
                            by_product: {
                                product: string;
                                /** @description In minor units of the currency */
                                gross: number;
                                /** @description In minor units of the currency */
                                past_due: number;
                            }[];
                        }[];
                        active_subscriptions: {
                            total: number;
                            trialing: number;
                            /** @description In the time that a failed payment is given */
                            past_due: number;
                            data: {
                                product: string;
                                plan_id: string;
                                source: string;
                                /** @enum {unknown} */
                                standing: "good" | "grace";
                                is_trial: boolean;
                                subscriptions: number;
                                seats: number;
                            }[];
                        };
                        churn: {
                            /** @description As 2026-11 */
                            month: string;
                            /** @description False for the month that runs: lost so far */
                            is_complete: boolean;
                            customers_at_start: number;
                            customers_lost: number;
                            /** @description A fraction: 0.05 is 5 %; null where there is nothing to divide by */
                            rate: number | null;
                            mrr: {
                                /** @description ISO 4217 */
                                currency: string;
                                /** @description In minor units of the currency */
                                at_start: number;
                                /** @description In minor units of the currency */
                                lost: number;
                                /** @description A fraction: 0.05 is 5 %; null where there is nothing to divide by */
                                rate: number | null;
                            }[];
                        }[];
                        sign_ups: {
                            total: number;
                            verified: number;
                            /** @description Of the days from `from` to `to`; a month without any is left out */
                            months: {
                                /** @description As 2026-11 */
                                month: string;
                                sign_ups: number;
                                verified: number;
                            }[];
                            /** @description A day without any is left out */
                            days: {
                                /** Format: date */
                                day: string;
                                sign_ups: number;
                                verified: number;
                            }[];
                        };
                        license_utilisation: {
                            licenses: number;
                            seats: number;
                            seats_in_use: number;
                            /** @description A fraction: 0.05 is 5 %; null where there is nothing to divide by */
                            utilisation: number | null;
                            activated: number;
                            /** @description A fraction: 0.05 is 5 %; null where there is nothing to divide by */
                            activated_share: number | null;
                            by_product: {
                                product: string;
                                licenses: number;
                                seats: number;
                                seats_in_use: number;
                                /** @description A fraction: 0.05 is 5 %; null where there is nothing to divide by */
                                utilisation: number | null;
                                activated: number;
                                /** @description A fraction: 0.05 is 5 %; null where there is nothing to divide by */
                                activated_share: number | null;
                            }[];
                        };
                        /** @description What each figure means */
                        definitions: {
                            [key: string]: string;
                        };
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_rate_limit_violations: {
        parameters: {
            query: {
                rate?: string;
                limit: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description The rate's name */
                            rate: string;
                            /** @description The address, person, key or workspace; a digest where it is an account */
                            subject: string;
                            refused: number;
                            /** Format: date-time */
                            first_at: string;
                            /** Format: date-time */
                            last_at: string;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_plans: {
        parameters: {
            query?: {
                /** @description Of this product only */
                product?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description `<product>.<key>` */
                            id: string;
                            product: string;
                            key: string;
                            name: string;
                            description: string;
                            price: {
                                /** @description In minor units, for example cents */
                                amount: number;
                                /** @description ISO 4217 */
                                currency: string;
                                /**
                                 * @description How often it is due; none: never
                                 * @enum {unknown}
                                 */
                                interval: "month" | "year" | "none";
                            };
                            trial_days: number;
                            /** @description Seats that one unit of the plan brings */
                            seats: number;
                            /** @description From the least plan of a product upwards */
                            rank: number;
                            /** @description What every workspace has without a subscription */
                            default: boolean;
                            features: {
                                [key: string]: {
                                    /** @enum {string} */
                                    kind: "flag";
                                    enabled: boolean;
                                } | {
                                    /** @enum {string} */
                                    kind: "limit";
                                    /** @description Units in each window; null is unlimited */
                                    limit: number | null;
                                    /**
                                     * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                     * @enum {unknown}
                                     */
                                    window: "day" | "week" | "month" | "none";
                                    /**
                                     * @description Whether all members share the limit or each has it
                                     * @enum {unknown}
                                     */
                                    per: "workspace" | "member";
                                    /**
                                     * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                     * @enum {unknown}
                                     */
                                    policy?: "hard" | "soft" | "overage";
                                    /** @description Units for each seat; `limit` is that times the seats */
                                    per_seat?: number;
                                    /**
                                     * @description The first day of a week; Monday (ISO 8601) when left out
                                     * @enum {unknown}
                                     */
                                    week_starts?: "monday" | "sunday" | "saturday";
                                    /**
                                     * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                     * @enum {unknown}
                                     */
                                    anchor?: "calendar" | "subscription";
                                    /**
                                     * Format: date-time
                                     * @description When the subscription began, where months run from that
                                     */
                                    anchor_at?: string;
                                };
                            };
                            /** @description How the key of the licence begins that comes with the plan; null: no licence */
                            license_prefix: string | null;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            plan_version_id: string;
                            version: number;
                            withdrawn_at: string | null;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_plans_comparison: {
        parameters: {
            query: {
                product: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        product: string;
                        /** @description By price: the columns */
                        plans: {
                            id: string;
                            name: string;
                            price: {
                                /** @description In minor units, for example cents */
                                amount: number;
                                /** @description ISO 4217 */
                                currency: string;
                                /**
                                 * @description How often it is due; none: never
                                 * @enum {unknown}
                                 */
                                interval: "month" | "year" | "none";
                            };
                            trial_days: number;
                            seats: number;
                            default: boolean;
                        }[];
                        /** @description The rows, by name */
                        features: {
                            feature: string;
                            /** @description One for each plan, in their order; null where the plan does not have it */
                            values: (({
                                /** @enum {string} */
                                kind: "flag";
                                enabled: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "limit";
                                /** @description Units in each window; null is unlimited */
                                limit: number | null;
                                /**
                                 * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                 * @enum {unknown}
                                 */
                                window: "day" | "week" | "month" | "none";
                                /**
                                 * @description Whether all members share the limit or each has it
                                 * @enum {unknown}
                                 */
                                per: "workspace" | "member";
                                /**
                                 * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                 * @enum {unknown}
                                 */
                                policy?: "hard" | "soft" | "overage";
                                /** @description Units for each seat; `limit` is that times the seats */
                                per_seat?: number;
                                /**
                                 * @description The first day of a week; Monday (ISO 8601) when left out
                                 * @enum {unknown}
                                 */
                                week_starts?: "monday" | "sunday" | "saturday";
                                /**
                                 * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                 * @enum {unknown}
                                 */
                                anchor?: "calendar" | "subscription";
                                /**
                                 * Format: date-time
                                 * @description When the subscription began, where months run from that
                                 */
                                anchor_at?: string;
                            }) | null)[];
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `plans.not_found`: There is no such plan */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_plans_plan_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plan_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description `<product>.<key>` */
                        id: string;
                        product: string;
                        key: string;
                        name: string;
                        description: string;
                        price: {
                            /** @description In minor units, for example cents */
                            amount: number;
                            /** @description ISO 4217 */
                            currency: string;
                            /**
                             * @description How often it is due; none: never
                             * @enum {unknown}
                             */
                            interval: "month" | "year" | "none";
                        };
                        trial_days: number;
                        /** @description Seats that one unit of the plan brings */
                        seats: number;
                        /** @description From the least plan of a product upwards */
                        rank: number;
                        /** @description What every workspace has without a subscription */
                        default: boolean;
                        features: {
                            [key: string]: {
                                /** @enum {string} */
                                kind: "flag";
                                enabled: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "limit";
                                /** @description Units in each window; null is unlimited */
                                limit: number | null;
                                /**
                                 * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                 * @enum {unknown}
                                 */
                                window: "day" | "week" | "month" | "none";
                                /**
                                 * @description Whether all members share the limit or each has it
                                 * @enum {unknown}
                                 */
                                per: "workspace" | "member";
                                /**
                                 * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                 * @enum {unknown}
                                 */
                                policy?: "hard" | "soft" | "overage";
                                /** @description Units for each seat; `limit` is that times the seats */
                                per_seat?: number;
                                /**
                                 * @description The first day of a week; Monday (ISO 8601) when left out
                                 * @enum {unknown}
                                 */
                                week_starts?: "monday" | "sunday" | "saturday";
                                /**
                                 * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                 * @enum {unknown}
                                 */
                                anchor?: "calendar" | "subscription";
                                /**
                                 * Format: date-time
                                 * @description When the subscription began, where months run from that
                                 */
                                anchor_at?: string;
                            };
                        };
                        /** @description How the key of the licence begins that comes with the plan; null: no licence */
                        license_prefix: string | null;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        plan_version_id: string;
                        version: number;
                        withdrawn_at: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `plans.not_found`: There is no such plan
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_billing_subscriptions: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                product?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            product: string;
                            plan_id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            plan_version_id: string;
                            /** @description The store: stripe, app_store, google_play or revenuecat */
                            source: string;
                            /** @enum {unknown} */
                            status: "incomplete" | "incomplete_expired" | "trialing" | "active" | "past_due" | "unpaid" | "paused" | "canceled" | "in_grace" | "on_hold" | "expired" | "revoked";
                            /**
                             * @description Whether it gives access now: good and grace do (grace until grace_ends_at)
                             * @enum {unknown}
                             */
                            standing: "good" | "grace" | "suspended" | "ended";
                            /** @description Why, where it is not simply good: payment_failed, disputed, refunded, superseded … */
                            standing_reason: string | null;
                            grace_ends_at: string | null;
                            access_ends_at: string | null;
                            /** @description Whether the workspace had another one of the product already: to be refunded */
                            is_duplicate: boolean;
                            seats: number;
                            current_period_end: string | null;
                            trial_end: string | null;
                            /** @description Whether it ends with the period instead of renewing */
                            cancel_at_period_end: boolean;
                            /** @description The plan of the next period, when it is another */
                            pending_plan_id: string | null;
                            /** Format: date-time */
                            started_at: string;
                            ended_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_webhook_events: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                source?: string;
                status?: string;
                event_type?: string;
                event_id?: string;
                /** @description The buyer as the store knows it */
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            source: string;
                            /** @enum {unknown} */
                            environment: "live" | "test";
                            event_id: string;
                            event_type: string;
                            subject: string | null;
                            /**
                             * @description received: it waits, for its owner or for the store's answer
                             * @enum {unknown}
                             */
                            status: "received" | "applied" | "ignored" | "failed";
                            reason: string | null;
                            /** Format: date-time */
                            received_at: string;
                            processed_at: string | null;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_webhook_events_webhook_event_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                webhook_event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        source: string;
                        /** @enum {unknown} */
                        environment: "live" | "test";
                        event_id: string;
                        event_type: string;
                        subject: string | null;
                        /**
                         * @description received: it waits, for its owner or for the store's answer
                         * @enum {unknown}
                         */
                        status: "received" | "applied" | "ignored" | "failed";
                        reason: string | null;
                        /** Format: date-time */
                        received_at: string;
                        processed_at: string | null;
                        /** @description The body as it came */
                        payload: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.event_not_found`: There is no such notification
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_webhook_events_webhook_event_id_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                webhook_event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description received: it waits, for its owner or for the store's answer
                         * @enum {unknown}
                         */
                        status: "received" | "applied" | "ignored" | "failed";
                        reason: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.event_not_found`: There is no such notification
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_purchases_merge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @description UUID
                     */
                    from_user_id: string;
                    /**
                     * Format: uuid
                     * @description UUID
                     */
                    to_user_id: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.workspace_unknown`: There is no such person with a workspace */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_subscriptions: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                source?: string;
                status?: string;
                /** @description UUID */
                workspace_id?: string;
                product?: string;
                /** @description The store's id */
                external_id?: string;
                is_duplicate?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            product: string;
                            plan_id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            plan_version_id: string;
                            /** @description The store: stripe, app_store, google_play or revenuecat */
                            source: string;
                            /** @enum {unknown} */
                            status: "incomplete" | "incomplete_expired" | "trialing" | "active" | "past_due" | "unpaid" | "paused" | "canceled" | "in_grace" | "on_hold" | "expired" | "revoked";
                            /**
                             * @description Whether it gives access now: good and grace do (grace until grace_ends_at)
                             * @enum {unknown}
                             */
                            standing: "good" | "grace" | "suspended" | "ended";
                            /** @description Why, where it is not simply good: payment_failed, disputed, refunded, superseded … */
                            standing_reason: string | null;
                            grace_ends_at: string | null;
                            access_ends_at: string | null;
                            /** @description Whether the workspace had another one of the product already: to be refunded */
                            is_duplicate: boolean;
                            seats: number;
                            current_period_end: string | null;
                            trial_end: string | null;
                            /** @description Whether it ends with the period instead of renewing */
                            cancel_at_period_end: boolean;
                            /** @description The plan of the next period, when it is another */
                            pending_plan_id: string | null;
                            /** Format: date-time */
                            started_at: string;
                            ended_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            workspace_id: string;
                            external_id: string;
                            /** @enum {unknown} */
                            environment: "live" | "test";
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_plans_move_subscribers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    plan_id: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Subscriptions that have the plan's present version now */
                        moved: number;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `plans.not_found`: There is no such plan */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_reconciliations: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            source: string;
                            /** @enum {unknown} */
                            environment: "live" | "test";
                            /**
                             * @description Reading what the store lists, then asking about what is known here
                             * @enum {unknown}
                             */
                            phase: "store" | "own" | "done";
                            seen: number;
                            corrected: number;
                            failed: number;
                            /** Format: date-time */
                            started_at: string;
                            /** Format: date-time */
                            updated_at: string;
                            finished_at: string | null;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_reconciliations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {unknown} */
                    source: "stripe" | "app_store" | "google_play" | "revenuecat";
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        source: string;
                        /** @enum {unknown} */
                        environment: "live" | "test";
                        /**
                         * @description Reading what the store lists, then asking about what is known here
                         * @enum {unknown}
                         */
                        phase: "store" | "own" | "done";
                        seen: number;
                        corrected: number;
                        failed: number;
                        /** Format: date-time */
                        started_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        finished_at: string | null;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.store_not_configured`: This store is not configured */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.reconciliation_running`: This store is being reconciled already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_checkout_sessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    plan_id: string;
                    /** @description Units of the plan; each brings its seats */
                    quantity?: number;
                    /** @description Where the buyer goes on after paying, of an allowed origin; {CHECKOUT_SESSION_ID} stands for the store's id. Default: a page of Plinth */
                    success_url?: string;
                    cancel_url?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        plan_id: string;
                        product: string;
                        quantity: number;
                        /** @description 0 when the plan has none or an owner has had it */
                        trial_days: number;
                        /** @description The store's page: send the buyer there */
                        url: string | null;
                        /** @enum {unknown} */
                        status: "opening" | "open" | "completed" | "expired" | "replaced";
                        /** Format: date-time */
                        expires_at: string;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `plans.not_found`: There is no such plan
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.customer_gone`: The store does not know the customer any more
             *
             *     `checkout.already_subscribed`: The workspace has this already
             *
             *     `checkout.opening`: Another checkout of this product is being opened right now
             *
             *     `checkout.plan_not_sold`: The plan cannot be bought here
             *
             *     `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.store_refused`: The store did not accept what was asked of it */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.store_unreachable`: The store does not answer right now
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_checkout_sessions_checkout_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                checkout_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        plan_id: string;
                        product: string;
                        quantity: number;
                        /** @description 0 when the plan has none or an owner has had it */
                        trial_days: number;
                        /** @description The store's page: send the buyer there */
                        url: string | null;
                        /** @enum {unknown} */
                        status: "opening" | "open" | "completed" | "expired" | "replaced";
                        /** Format: date-time */
                        expires_at: string;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `checkout.session_not_found`: There is no such checkout
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_checkout_success: {
        parameters: {
            query?: {
                session_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_checkout_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_billing_portal_sessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    return_url: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The store's page for this customer, for a short time */
                        url: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `checkout.no_customer`: The workspace has not bought anything yet
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.customer_gone`: The store does not know the customer any more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.store_refused`: The store did not accept what was asked of it */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.store_unreachable`: The store does not answer right now
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_billing_payment_links: {
        parameters: {
            query?: {
                product?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            plan_id: string;
                            url: string;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_webhooks_stripe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        received: true;
                    };
                };
            };
            /**
             * @description `billing.event_malformed`: The notification is not an event of this store
             *
             *     `billing.signature_invalid`: The notification's signature is not valid
             *
             *     `request.bad`: The request is not well formed
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_webhooks_app_store: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        received: true;
                    };
                };
            };
            /**
             * @description `billing.event_malformed`: The notification is not an event of this store
             *
             *     `billing.signature_invalid`: The notification's signature is not valid
             *
             *     `request.bad`: The request is not well formed
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.store_unreachable`: The store does not answer right now
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_billing_app_store_transactions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description StoreKit 2's `jwsRepresentation` of the transaction */
                    signed_transaction: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The workspace's subscription; null where the purchase gives none that is sold here */
                        subscription_id: string | null;
                    };
                };
            };
            /**
             * @description `billing.event_malformed`: The notification is not an event of this store
             *
             *     `billing.signature_invalid`: The notification's signature is not valid
             *
             *     `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.owned_by_another`: The purchase belongs to another workspace */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.store_unreachable`: The store does not answer right now
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_webhooks_google_play: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        received: true;
                    };
                };
            };
            /**
             * @description `billing.event_malformed`: The notification is not an event of this store
             *
             *     `request.bad`: The request is not well formed
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.sender_unknown`: The notification does not prove that it comes from the store */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.store_unreachable`: The store does not answer right now
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_billing_google_play_purchases: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The app's package, for example com.example.app */
                    package_name: string;
                    /** @description Purchase.getPurchaseToken() of Play Billing */
                    purchase_token: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Null while Google does not say what was bought */
                        subscription_id: string | null;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.subscription_not_found`: There is no such subscription
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.owned_by_another`: The purchase belongs to another workspace
             *
             *     `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `billing.store_unreachable`: The store does not answer right now
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_webhooks_revenuecat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        received: true;
                    };
                };
            };
            /**
             * @description `billing.event_malformed`: The notification is not an event of this store
             *
             *     `request.bad`: The request is not well formed
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `billing.sender_unknown`: The notification does not prove that it comes from the store */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_billing_entitlements_timeline: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                product?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /**
                             * Format: date-time
                             * @description When it took effect
                             */
                            at: string;
                            /**
                             * Format: date-time
                             * @description When it was noticed
                             */
                            created_at: string;
                            /** @enum {unknown} */
                            outcome: "applied" | "ignored" | "rejected";
                            /** @description Null for what is of no product */
                            product: string | null;
                            /** @description Who caused it: a store, `grant:<id>`, an override, the plan catalogue or the time */
                            source: string;
                            /** @description What happened, in one sentence */
                            what: string;
                            detail: string | null;
                            plan_before: string | null;
                            plan_after: string | null;
                            /** @description Where to look it up, such as the store's event */
                            reference: string | null;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_workspaces_workspace_id_grants: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            product: string;
                            plan_id: string;
                            seats: number;
                            reason: string;
                            /** Format: date-time */
                            starts_at: string;
                            /** Format: date-time */
                            ends_at: string;
                            revoked_at: string | null;
                            created_by: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.workspace_not_found`: There is no such workspace
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_workspaces_workspace_id_grants: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A plan that is offered, such as `prism.pro` */
                    plan_id: string;
                    /** @description Those of the plan when left out */
                    seats?: number;
                    /**
                     * Format: date-time
                     * @description The first instant without it
                     */
                    ends_at: string;
                    /** @description Why, for whoever looks at it later */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        product: string;
                        plan_id: string;
                        seats: number;
                        reason: string;
                        /** Format: date-time */
                        starts_at: string;
                        /** Format: date-time */
                        ends_at: string;
                        revoked_at: string | null;
                        created_by: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.workspace_not_found`: There is no such workspace
             *
             *     `plans.not_found`: There is no such plan
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.period_invalid`: It would be over before it begins
             *
             *     `request.invalid`: The request has invalid fields
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_workspaces_workspace_id_grants_grant_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
                /** @description UUID */
                grant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.grant_not_found`: There is no such grant
             *
             *     `entitlements.workspace_not_found`: There is no such workspace
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_workspaces_workspace_id_overrides: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            product: string;
                            feature: string;
                            value: {
                                /** @enum {string} */
                                kind: "flag";
                                enabled: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "limit";
                                /** @description Units in each window; null is unlimited */
                                limit: number | null;
                                /**
                                 * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                 * @enum {unknown}
                                 */
                                window: "day" | "week" | "month" | "none";
                                /**
                                 * @description Whether all members share the limit or each has it
                                 * @enum {unknown}
                                 */
                                per: "workspace" | "member";
                                /**
                                 * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                 * @enum {unknown}
                                 */
                                policy?: "hard" | "soft" | "overage";
                                /** @description Units for each seat; `limit` is that times the seats */
                                per_seat?: number;
                                /**
                                 * @description The first day of a week; Monday (ISO 8601) when left out
                                 * @enum {unknown}
                                 */
                                week_starts?: "monday" | "sunday" | "saturday";
                                /**
                                 * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                 * @enum {unknown}
                                 */
                                anchor?: "calendar" | "subscription";
                                /**
                                 * Format: date-time
                                 * @description When the subscription began, where months run from that
                                 */
                                anchor_at?: string;
                            };
                            reason: string;
                            /** Format: date-time */
                            starts_at: string;
                            ends_at: string | null;
                            created_by: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.workspace_not_found`: There is no such workspace
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_workspaces_workspace_id_overrides_product_feature: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
                product: string;
                feature: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        product: string;
                        feature: string;
                        value: {
                            /** @enum {string} */
                            kind: "flag";
                            enabled: boolean;
                        } | {
                            /** @enum {string} */
                            kind: "limit";
                            /** @description Units in each window; null is unlimited */
                            limit: number | null;
                            /**
                             * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                             * @enum {unknown}
                             */
                            window: "day" | "week" | "month" | "none";
                            /**
                             * @description Whether all members share the limit or each has it
                             * @enum {unknown}
                             */
                            per: "workspace" | "member";
                            /**
                             * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                             * @enum {unknown}
                             */
                            policy?: "hard" | "soft" | "overage";
                            /** @description Units for each seat; `limit` is that times the seats */
                            per_seat?: number;
                            /**
                             * @description The first day of a week; Monday (ISO 8601) when left out
                             * @enum {unknown}
                             */
                            week_starts?: "monday" | "sunday" | "saturday";
                            /**
                             * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                             * @enum {unknown}
                             */
                            anchor?: "calendar" | "subscription";
                            /**
                             * Format: date-time
                             * @description When the subscription began, where months run from that
                             */
                            anchor_at?: string;
                        };
                        reason: string;
                        /** Format: date-time */
                        starts_at: string;
                        ends_at: string | null;
                        created_by: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.override_not_found`: There is no such override
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_admin_workspaces_workspace_id_overrides_product_feature: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
                product: string;
                feature: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    value: {
                        /** @enum {string} */
                        kind: "flag";
                        enabled: boolean;
                    } | {
                        /** @enum {string} */
                        kind: "limit";
                        /** @description Units in each window; null is unlimited */
                        limit: number | null;
                        /**
                         * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                         * @enum {unknown}
                         */
                        window: "day" | "week" | "month" | "none";
                        /**
                         * @description Whether all members share the limit or each has it
                         * @enum {unknown}
                         */
                        per: "workspace" | "member";
                        /**
                         * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                         * @enum {unknown}
                         */
                        policy?: "hard" | "soft" | "overage";
                        /** @description Units for each seat; `limit` is that times the seats */
                        per_seat?: number;
                        /**
                         * @description The first day of a week; Monday (ISO 8601) when left out
                         * @enum {unknown}
                         */
                        week_starts?: "monday" | "sunday" | "saturday";
                        /**
                         * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                         * @enum {unknown}
                         */
                        anchor?: "calendar" | "subscription";
                        /**
                         * Format: date-time
                         * @description When the subscription began, where months run from that
                         */
                        anchor_at?: string;
                    };
                    /** @description Why, for whoever looks at it later */
                    reason: string;
                    /**
                     * Format: date-time
                     * @description Now when left out
                     */
                    starts_at?: string;
                    /** @description No end when left out */
                    ends_at?: string | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        product: string;
                        feature: string;
                        value: {
                            /** @enum {string} */
                            kind: "flag";
                            enabled: boolean;
                        } | {
                            /** @enum {string} */
                            kind: "limit";
                            /** @description Units in each window; null is unlimited */
                            limit: number | null;
                            /**
                             * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                             * @enum {unknown}
                             */
                            window: "day" | "week" | "month" | "none";
                            /**
                             * @description Whether all members share the limit or each has it
                             * @enum {unknown}
                             */
                            per: "workspace" | "member";
                            /**
                             * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                             * @enum {unknown}
                             */
                            policy?: "hard" | "soft" | "overage";
                            /** @description Units for each seat; `limit` is that times the seats */
                            per_seat?: number;
                            /**
                             * @description The first day of a week; Monday (ISO 8601) when left out
                             * @enum {unknown}
                             */
                            week_starts?: "monday" | "sunday" | "saturday";
                            /**
                             * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                             * @enum {unknown}
                             */
                            anchor?: "calendar" | "subscription";
                            /**
                             * Format: date-time
                             * @description When the subscription began, where months run from that
                             */
                            anchor_at?: string;
                        };
                        reason: string;
                        /** Format: date-time */
                        starts_at: string;
                        ends_at: string | null;
                        created_by: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.unknown_product`: There is no such product
             *
             *     `entitlements.workspace_not_found`: There is no such workspace
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.period_invalid`: It would be over before it begins
             *
             *     `request.invalid`: The request has invalid fields
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_workspaces_workspace_id_overrides_product_feature: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
                product: string;
                feature: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.override_not_found`: There is no such override
             *
             *     `entitlements.workspace_not_found`: There is no such workspace
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_billing_entitlements: {
        parameters: {
            query?: {
                /** @description Only this product */
                product?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            product: string;
                            plan_id: string;
                            /** @description Grows with every change */
                            version: number;
                            valid_until: string | null;
                            seats: number;
                            /** @enum {unknown} */
                            standing: "good" | "grace" | "suspended" | "ended" | "none";
                            /** @description Why it stands so, for example `payment_failed` */
                            reason: string | null;
                            /** @description Why the workspace is on this plan, in one sentence */
                            why: string;
                            /** @description Where it comes from, the deciding one first */
                            sources: {
                                /** @description `default`, the grant's source such as `stripe:sub_…`, or `override:<feature>` */
                                source: string;
                                plan_id: string;
                                ends_at: string | null;
                            }[];
                            features: {
                                [key: string]: {
                                    /** @enum {string} */
                                    kind: "flag";
                                    enabled: boolean;
                                } | {
                                    /** @enum {string} */
                                    kind: "limit";
                                    /** @description Null is unlimited */
                                    limit: number | null;
                                    /** @description In the running window, with what is reserved; may pass the limit after a downgrade */
                                    used: number;
                                    /** @description Of that, held by reservations that are not settled */
                                    reserved: number;
                                    /** @description What is left in the window, credits not counted; null is unlimited */
                                    remaining: number | null;
                                    /** @description Units that may be used beyond the window's */
                                    credits: number;
                                    /** @description Units of the running window that are over the limit and will be billed */
                                    overage: number;
                                    /** @enum {unknown} */
                                    window: "day" | "week" | "month" | "none";
                                    /** @enum {unknown} */
                                    per: "workspace" | "member";
                                    /**
                                     * @description At the limit: refused, let pass, let pass and billed
                                     * @enum {unknown}
                                     */
                                    policy: "hard" | "soft" | "overage";
                                    resets_at: string | null;
                                };
                            };
                        }[];
                    };
                };
            };
            /** @description Default Response */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.unknown_product`: There is no such product
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_usage_consume: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description `<product>.<feature>`, a limit of the workspace's plan */
                    feature?: string;
                    /** @description Units; 1 when left out */
                    amount?: number;
                    /** @description Several features, all of them or none, each once; in place of `feature` */
                    items?: {
                        /** @description `<product>.<feature>`, a limit of the workspace's plan */
                        feature: string;
                        amount?: number;
                    }[];
                    /** @description Names this consumption in the workspace for ever; the header `Idempotency-Key` does where it is left out */
                    idempotency_key?: string;
                    /**
                     * Format: date-time
                     * @description When it happened, at most 35 days ago; of one feature. What happened before the running window began counts for its day in reports and touches no limit
                     */
                    occurred_at?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        feature: string;
                        /** @description Null is unlimited */
                        limit: number | null;
                        /** @description In the window after this, with what is reserved */
                        used: number;
                        /** @description What is left in the window, credits not counted; null is unlimited */
                        remaining: number | null;
                        resets_at: string | null;
                        /** @description Of the units, so many are over the limit and will be billed */
                        over: number;
                        /** @description Of the units, so many came from credits */
                        from_credits: number;
                        amount: number;
                        /** @description Whether the limit is passed */
                        over_limit: boolean;
                        /** @description Whether the key had been counted before, and this is that answer */
                        replayed: boolean;
                        /** @description Each feature; the first is told beside too */
                        items: {
                            feature: string;
                            /** @description Null is unlimited */
                            limit: number | null;
                            /** @description In the window after this, with what is reserved */
                            used: number;
                            /** @description What is left in the window, credits not counted; null is unlimited */
                            remaining: number | null;
                            resets_at: string | null;
                            /** @description Of the units, so many are over the limit and will be billed */
                            over: number;
                            /** @description Of the units, so many came from credits */
                            from_credits: number;
                            amount: number;
                            /** @description Whether the limit is passed */
                            over_limit: boolean;
                        }[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.missing`: The plan does not have this feature
             *
             *     `request.scope_missing`: The API key does not have the scope that this needs
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.unknown_product`: There is no such product
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `usage.idempotency_conflict`: The idempotency key was used for something else */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.invalid`: The request has invalid fields
             *
             *     `usage.in_future`: What is counted has not happened yet
             *
             *     `usage.too_old`: What is counted happened too long ago
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.rate_limited`: Too many requests
             *
             *     `usage.limit_reached`: The limit of your plan is reached
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_usage_reserve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description `<product>.<feature>`, a limit of the workspace's plan */
                    feature?: string;
                    /** @description Units; 1 when left out */
                    amount?: number;
                    /** @description Several features, all of them or none, each once; in place of `feature` */
                    items?: {
                        /** @description `<product>.<feature>`, a limit of the workspace's plan */
                        feature: string;
                        amount?: number;
                    }[];
                    /** @description Names this consumption in the workspace for ever; the header `Idempotency-Key` does where it is left out */
                    idempotency_key?: string;
                    /** @description After which it is given back; 300 when left out */
                    expires_in_seconds?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        feature: string;
                        /** @description Null is unlimited */
                        limit: number | null;
                        /** @description In the window after this, with what is reserved */
                        used: number;
                        /** @description What is left in the window, credits not counted; null is unlimited */
                        remaining: number | null;
                        resets_at: string | null;
                        /** @description Of the units, so many are over the limit and will be billed */
                        over: number;
                        /** @description Of the units, so many came from credits */
                        from_credits: number;
                        amount: number;
                        /** @description Whether the limit is passed */
                        over_limit: boolean;
                        /** @description Whether the key had been counted before, and this is that answer */
                        replayed: boolean;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        reservation_id: string;
                        /** Format: date-time */
                        expires_at: string;
                        /** @description Each feature; the first is told beside too */
                        items: {
                            feature: string;
                            /** @description Null is unlimited */
                            limit: number | null;
                            /** @description In the window after this, with what is reserved */
                            used: number;
                            /** @description What is left in the window, credits not counted; null is unlimited */
                            remaining: number | null;
                            resets_at: string | null;
                            /** @description Of the units, so many are over the limit and will be billed */
                            over: number;
                            /** @description Of the units, so many came from credits */
                            from_credits: number;
                            amount: number;
                            /** @description Whether the limit is passed */
                            over_limit: boolean;
                        }[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.missing`: The plan does not have this feature
             *
             *     `request.scope_missing`: The API key does not have the scope that this needs
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.unknown_product`: There is no such product
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `usage.idempotency_conflict`: The idempotency key was used for something else */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.rate_limited`: Too many requests
             *
             *     `usage.limit_reached`: The limit of your plan is reached
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_usage_confirm: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @description UUID
                     */
                    reservation_id: string;
                    /** @description Of one feature; as held when left out */
                    amount?: number;
                    /** @description Of several features; those that are left out as held */
                    items?: {
                        /** @description `<product>.<feature>`, a limit of the workspace's plan */
                        feature: string;
                        amount: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        feature: string;
                        /** @description Null is unlimited */
                        limit: number | null;
                        /** @description In the window after this, with what is reserved */
                        used: number;
                        /** @description What is left in the window, credits not counted; null is unlimited */
                        remaining: number | null;
                        resets_at: string | null;
                        /** @description Of the units, so many are over the limit and will be billed */
                        over: number;
                        /** @description Of the units, so many came from credits */
                        from_credits: number;
                        held: number;
                        confirmed: number;
                        /** @description Whether it had been settled so before, and this is that answer */
                        replayed: boolean;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        reservation_id: string;
                        /** @enum {unknown} */
                        status: "confirmed" | "released";
                        /** @description Each feature; the first is told beside too */
                        items: {
                            feature: string;
                            /** @description Null is unlimited */
                            limit: number | null;
                            /** @description In the window after this, with what is reserved */
                            used: number;
                            /** @description What is left in the window, credits not counted; null is unlimited */
                            remaining: number | null;
                            resets_at: string | null;
                            /** @description Of the units, so many are over the limit and will be billed */
                            over: number;
                            /** @description Of the units, so many came from credits */
                            from_credits: number;
                            held: number;
                            confirmed: number;
                        }[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.scope_missing`: The API key does not have the scope that this needs
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.not_found`: There is nothing here
             *
             *     `usage.reservation_not_found`: There is no such reservation
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `usage.reservation_expired`: The reservation is over
             *
             *     `usage.reservation_settled`: The reservation was settled in another way
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_usage_release: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @description UUID
                     */
                    reservation_id: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        feature: string;
                        /** @description Null is unlimited */
                        limit: number | null;
                        /** @description In the window after this, with what is reserved */
                        used: number;
                        /** @description What is left in the window, credits not counted; null is unlimited */
                        remaining: number | null;
                        resets_at: string | null;
                        /** @description Of the units, so many are over the limit and will be billed */
                        over: number;
                        /** @description Of the units, so many came from credits */
                        from_credits: number;
                        held: number;
                        confirmed: number;
                        /** @description Whether it had been settled so before, and this is that answer */
                        replayed: boolean;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        reservation_id: string;
                        /** @enum {unknown} */
                        status: "confirmed" | "released";
                        /** @description Each feature; the first is told beside too */
                        items: {
                            feature: string;
                            /** @description Null is unlimited */
                            limit: number | null;
                            /** @description In the window after this, with what is reserved */
                            used: number;
                            /** @description What is left in the window, credits not counted; null is unlimited */
                            remaining: number | null;
                            resets_at: string | null;
                            /** @description Of the units, so many are over the limit and will be billed */
                            over: number;
                            /** @description Of the units, so many came from credits */
                            from_credits: number;
                            held: number;
                            confirmed: number;
                        }[];
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.scope_missing`: The API key does not have the scope that this needs
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.not_found`: There is nothing here
             *
             *     `usage.reservation_not_found`: There is no such reservation
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `usage.reservation_settled`: The reservation was settled in another way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_usage_refund: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The key that the units were taken under */
                    idempotency_key: string;
                    /** @description Of one feature; all when left out */
                    amount?: number;
                    /** @enum {unknown} */
                    reason: "provider_failed" | "timeout" | "safety_refusal" | "duplicate";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description False where it had been refunded before */
                        refunded: boolean;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.scope_missing`: The API key does not have the scope that this needs
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.not_found`: There is nothing here
             *
             *     `usage.nothing_to_give_back`: Nothing was taken under this key
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `usage.refund_conflict`: This cannot be refunded: it was before, or less was taken
             *
             *     `usage.reservation_open`: The reservation of this key is not settled; release it
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.rate_limited`: Too many requests
             *
             *     `usage.refunds_exhausted`: The refunds of this window are used up
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_usage_daily: {
        parameters: {
            query: {
                /** @description A calendar day in the workspace's time zone */
                from: string;
                /** @description A calendar day in the workspace's time zone */
                to: string;
                /** @description `<product>.<feature>`, a limit of the workspace's plan */
                feature?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: date
                             * @description A calendar day in the workspace's time zone
                             */
                            day: string;
                            feature: string;
                            used: number;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_workspaces_workspace_id_credits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            feature: string;
                            amount: number;
                            remaining: number;
                            expires_at: string | null;
                            reason: string;
                            created_by: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.workspace_not_found`: There is no such workspace
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_workspaces_workspace_id_credits: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path: {
                /** @description UUID */
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description `<product>.<feature>`, a limit of the workspace's plan */
                    feature: string;
                    amount: number;
                    /** @description No end when left out */
                    expires_at?: string | null;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        feature: string;
                        amount: number;
                        remaining: number;
                        expires_at: string | null;
                        reason: string;
                        created_by: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.unknown_product`: There is no such product
             *
             *     `entitlements.workspace_not_found`: There is no such workspace
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.period_invalid`: It would be over before it begins
             *
             *     `request.invalid`: The request has invalid fields
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_licenses_validate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description In any case, with or without spaces and dashes; O is read as 0, I and L as 1 */
                    license_key: string;
                    product?: string;
                    /** @description 16 to 128 letters, digits, and . _ : - */
                    hardware_id?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        valid: boolean;
                        /**
                         * @description What a program decides by
                         * @enum {unknown}
                         */
                        code: "valid" | "expired" | "suspended" | "revoked" | "not_yet_valid" | "product_mismatch" | "hardware_not_activated" | "malformed_key" | "unknown_key";
                        /** @description The same in words */
                        message: string;
                        license?: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            license_id: string;
                            product: string;
                            plan_id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            plan_version_id: string;
                            features: {
                                [key: string]: {
                                    /** @enum {string} */
                                    kind: "flag";
                                    enabled: boolean;
                                } | {
                                    /** @enum {string} */
                                    kind: "limit";
                                    /** @description Units in each window; null is unlimited */
                                    limit: number | null;
                                    /**
                                     * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                     * @enum {unknown}
                                     */
                                    window: "day" | "week" | "month" | "none";
                                    /**
                                     * @description Whether all members share the limit or each has it
                                     * @enum {unknown}
                                     */
                                    per: "workspace" | "member";
                                    /**
                                     * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                     * @enum {unknown}
                                     */
                                    policy?: "hard" | "soft" | "overage";
                                    /** @description Units for each seat; `limit` is that times the seats */
                                    per_seat?: number;
                                    /**
                                     * @description The first day of a week; Monday (ISO 8601) when left out
                                     * @enum {unknown}
                                     */
                                    week_starts?: "monday" | "sunday" | "saturday";
                                    /**
                                     * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                     * @enum {unknown}
                                     */
                                    anchor?: "calendar" | "subscription";
                                    /**
                                     * Format: date-time
                                     * @description When the subscription began, where months run from that
                                     */
                                    anchor_at?: string;
                                };
                            };
                            /** @description Sessions that may run at once */
                            max_seats: number;
                            /** @enum {unknown} */
                            status: "active" | "suspended" | "expired" | "revoked";
                            /** Format: date-time */
                            not_before: string;
                            /** @description The end of the time that is paid for; null: none */
                            expires_at: string | null;
                            /** @description Why it stands so, for example `payment_failed` */
                            reason: string | null;
                        };
                        /** Format: date-time */
                        checked_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_licenses_license_key_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                license_key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        valid: boolean;
                        /**
                         * @description What a program decides by
                         * @enum {unknown}
                         */
                        code: "valid" | "expired" | "suspended" | "revoked" | "not_yet_valid" | "product_mismatch" | "hardware_not_activated" | "malformed_key" | "unknown_key";
                        /** @description The same in words */
                        message: string;
                        license?: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            license_id: string;
                            product: string;
                            plan_id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            plan_version_id: string;
                            features: {
                                [key: string]: {
                                    /** @enum {string} */
                                    kind: "flag";
                                    enabled: boolean;
                                } | {
                                    /** @enum {string} */
                                    kind: "limit";
                                    /** @description Units in each window; null is unlimited */
                                    limit: number | null;
                                    /**
                                     * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                     * @enum {unknown}
                                     */
                                    window: "day" | "week" | "month" | "none";
                                    /**
                                     * @description Whether all members share the limit or each has it
                                     * @enum {unknown}
                                     */
                                    per: "workspace" | "member";
                                    /**
                                     * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                     * @enum {unknown}
                                     */
                                    policy?: "hard" | "soft" | "overage";
                                    /** @description Units for each seat; `limit` is that times the seats */
                                    per_seat?: number;
                                    /**
                                     * @description The first day of a week; Monday (ISO 8601) when left out
                                     * @enum {unknown}
                                     */
                                    week_starts?: "monday" | "sunday" | "saturday";
                                    /**
                                     * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                     * @enum {unknown}
                                     */
                                    anchor?: "calendar" | "subscription";
                                    /**
                                     * Format: date-time
                                     * @description When the subscription began, where months run from that
                                     */
                                    anchor_at?: string;
                                };
                            };
                            /** @description Sessions that may run at once */
                            max_seats: number;
                            /** @enum {unknown} */
                            status: "active" | "suspended" | "expired" | "revoked";
                            /** Format: date-time */
                            not_before: string;
                            /** @description The end of the time that is paid for; null: none */
                            expires_at: string | null;
                            /** @description Why it stands so, for example `payment_failed` */
                            reason: string | null;
                        };
                        /** Format: date-time */
                        checked_at: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_licenses_activate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description In any case, with or without spaces and dashes; O is read as 0, I and L as 1 */
                    license_key: string;
                    /** @description 16 to 128 letters, digits, and . _ : - */
                    hardware_id: string;
                    /** @description How people call the machine */
                    name?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        license_id: string;
                        hardware_id: string;
                        name: string | null;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        last_activated_at: string;
                    };
                };
            };
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        license_id: string;
                        hardware_id: string;
                        name: string | null;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        last_activated_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `licensing.license_inactive`: The licence is not active */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `licensing.license_not_found`: There is no such licence */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.key_invalid`: The text is not a licence key
             *
             *     `request.invalid`: The request has invalid fields
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.activations_exhausted`: The licence is activated on as many machines as it may
             *
             *     `request.rate_limited`: Too many requests
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_well_known_license_keys_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: {
                            [key: string]: unknown;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_licenses: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                product?: string;
                status?: "active" | "suspended" | "expired" | "revoked";
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            product: string;
                            plan_id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            plan_version_id: string;
                            features: {
                                [key: string]: {
                                    /** @enum {string} */
                                    kind: "flag";
                                    enabled: boolean;
                                } | {
                                    /** @enum {string} */
                                    kind: "limit";
                                    /** @description Units in each window; null is unlimited */
                                    limit: number | null;
                                    /**
                                     * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                     * @enum {unknown}
                                     */
                                    window: "day" | "week" | "month" | "none";
                                    /**
                                     * @description Whether all members share the limit or each has it
                                     * @enum {unknown}
                                     */
                                    per: "workspace" | "member";
                                    /**
                                     * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                     * @enum {unknown}
                                     */
                                    policy?: "hard" | "soft" | "overage";
                                    /** @description Units for each seat; `limit` is that times the seats */
                                    per_seat?: number;
                                    /**
                                     * @description The first day of a week; Monday (ISO 8601) when left out
                                     * @enum {unknown}
                                     */
                                    week_starts?: "monday" | "sunday" | "saturday";
                                    /**
                                     * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                     * @enum {unknown}
                                     */
                                    anchor?: "calendar" | "subscription";
                                    /**
                                     * Format: date-time
                                     * @description When the subscription began, where months run from that
                                     */
                                    anchor_at?: string;
                                };
                            };
                            /** @description Sessions that may run at once */
                            max_seats: number;
                            /** @enum {unknown} */
                            status: "active" | "suspended" | "expired" | "revoked";
                            /** Format: date-time */
                            not_before: string;
                            /** @description The end of the time that is paid for; null: none */
                            expires_at: string | null;
                            /** @description Why it stands so, for example `payment_failed` */
                            reason: string | null;
                            /** @description In full for administrators and owners, masked for members */
                            license_key: string;
                            key_last4: string;
                            /** @description Grows with every change of what the signed file says */
                            revision: number;
                            /** Format: date-time */
                            issued_at: string;
                            renewed_at: string | null;
                            suspended_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_licenses_license_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                license_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        product: string;
                        plan_id: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        plan_version_id: string;
                        features: {
                            [key: string]: {
                                /** @enum {string} */
                                kind: "flag";
                                enabled: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "limit";
                                /** @description Units in each window; null is unlimited */
                                limit: number | null;
                                /**
                                 * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                 * @enum {unknown}
                                 */
                                window: "day" | "week" | "month" | "none";
                                /**
                                 * @description Whether all members share the limit or each has it
                                 * @enum {unknown}
                                 */
                                per: "workspace" | "member";
                                /**
                                 * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                 * @enum {unknown}
                                 */
                                policy?: "hard" | "soft" | "overage";
                                /** @description Units for each seat; `limit` is that times the seats */
                                per_seat?: number;
                                /**
                                 * @description The first day of a week; Monday (ISO 8601) when left out
                                 * @enum {unknown}
                                 */
                                week_starts?: "monday" | "sunday" | "saturday";
                                /**
                                 * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                 * @enum {unknown}
                                 */
                                anchor?: "calendar" | "subscription";
                                /**
                                 * Format: date-time
                                 * @description When the subscription began, where months run from that
                                 */
                                anchor_at?: string;
                            };
                        };
                        /** @description Sessions that may run at once */
                        max_seats: number;
                        /** @enum {unknown} */
                        status: "active" | "suspended" | "expired" | "revoked";
                        /** Format: date-time */
                        not_before: string;
                        /** @description The end of the time that is paid for; null: none */
                        expires_at: string | null;
                        /** @description Why it stands so, for example `payment_failed` */
                        reason: string | null;
                        /** @description In full for administrators and owners, masked for members */
                        license_key: string;
                        key_last4: string;
                        /** @description Grows with every change of what the signed file says */
                        revision: number;
                        /** Format: date-time */
                        issued_at: string;
                        renewed_at: string | null;
                        suspended_at: string | null;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.license_not_found`: There is no such licence
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_licenses_license_id_download: {
        parameters: {
            query: {
                /** @description The file itself, or the file in a JSON answer */
                format: "jws" | "json";
                /** @description 16 to 128 letters, digits, and . _ : - */
                hardware_id?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                license_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        file: string;
                        payload: {
                            /** @enum {number} */
                            format: 1;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            license_id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            workspace_id: string;
                            product: string;
                            plan_id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            plan_version_id: string;
                            features: {
                                [key: string]: {
                                    /** @enum {string} */
                                    kind: "flag";
                                    enabled: boolean;
                                } | {
                                    /** @enum {string} */
                                    kind: "limit";
                                    /** @description Units in each window; null is unlimited */
                                    limit: number | null;
                                    /**
                                     * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                     * @enum {unknown}
                                     */
                                    window: "day" | "week" | "month" | "none";
                                    /**
                                     * @description Whether all members share the limit or each has it
                                     * @enum {unknown}
                                     */
                                    per: "workspace" | "member";
                                    /**
                                     * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                     * @enum {unknown}
                                     */
                                    policy?: "hard" | "soft" | "overage";
                                    /** @description Units for each seat; `limit` is that times the seats */
                                    per_seat?: number;
                                    /**
                                     * @description The first day of a week; Monday (ISO 8601) when left out
                                     * @enum {unknown}
                                     */
                                    week_starts?: "monday" | "sunday" | "saturday";
                                    /**
                                     * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                     * @enum {unknown}
                                     */
                                    anchor?: "calendar" | "subscription";
                                    /**
                                     * Format: date-time
                                     * @description When the subscription began, where months run from that
                                     */
                                    anchor_at?: string;
                                };
                            };
                            /** @description Sessions that may run at once */
                            max_seats: number;
                            /** @enum {unknown} */
                            status: "active" | "suspended" | "expired" | "revoked";
                            /** Format: date-time */
                            not_before: string;
                            expires_at: string | null;
                            key_last4: string;
                            revision: number;
                            /** @description The one machine that the file is good for */
                            hardware_id?: string;
                            /**
                             * Format: date-time
                             * @description The server's time when the file was made
                             */
                            issued_at: string;
                            /** @description Seconds from issued_at for which the file may be relied on */
                            file_ttl: number;
                        };
                        kid: string;
                    } | string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.hardware_not_activated`: The licence is not activated on this machine
             *
             *     `licensing.license_inactive`: The licence is not active
             *
             *     `request.scope_missing`: The API key does not have the scope that this needs
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.license_not_found`: There is no such licence
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.file_pending`: The licence file is not signed yet
             *
             *     `request.unavailable`: The service cannot answer right now
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_licenses_license_id_rotate_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path: {
                /** @description UUID */
                license_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        product: string;
                        plan_id: string;
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        plan_version_id: string;
                        features: {
                            [key: string]: {
                                /** @enum {string} */
                                kind: "flag";
                                enabled: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "limit";
                                /** @description Units in each window; null is unlimited */
                                limit: number | null;
                                /**
                                 * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                 * @enum {unknown}
                                 */
                                window: "day" | "week" | "month" | "none";
                                /**
                                 * @description Whether all members share the limit or each has it
                                 * @enum {unknown}
                                 */
                                per: "workspace" | "member";
                                /**
                                 * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                 * @enum {unknown}
                                 */
                                policy?: "hard" | "soft" | "overage";
                                /** @description Units for each seat; `limit` is that times the seats */
                                per_seat?: number;
                                /**
                                 * @description The first day of a week; Monday (ISO 8601) when left out
                                 * @enum {unknown}
                                 */
                                week_starts?: "monday" | "sunday" | "saturday";
                                /**
                                 * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                 * @enum {unknown}
                                 */
                                anchor?: "calendar" | "subscription";
                                /**
                                 * Format: date-time
                                 * @description When the subscription began, where months run from that
                                 */
                                anchor_at?: string;
                            };
                        };
                        /** @description Sessions that may run at once */
                        max_seats: number;
                        /** @enum {unknown} */
                        status: "active" | "suspended" | "expired" | "revoked";
                        /** Format: date-time */
                        not_before: string;
                        /** @description The end of the time that is paid for; null: none */
                        expires_at: string | null;
                        /** @description Why it stands so, for example `payment_failed` */
                        reason: string | null;
                        /** @description In full for administrators and owners, masked for members */
                        license_key: string;
                        key_last4: string;
                        /** @description Grows with every change of what the signed file says */
                        revision: number;
                        /** Format: date-time */
                        issued_at: string;
                        renewed_at: string | null;
                        suspended_at: string | null;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.license_not_found`: There is no such licence
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_licenses_license_id_activations: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                license_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            license_id: string;
                            hardware_id: string;
                            name: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            last_activated_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.license_not_found`: There is no such licence
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_licenses_license_id_activations_activation_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                license_id: string;
                /** @description UUID */
                activation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.scope_missing`: The API key does not have the scope that this needs
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.activation_not_found`: There is no such activation
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_licenses: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                product?: string;
                status?: "active" | "suspended" | "expired" | "revoked";
                /** @description UUID */
                workspace_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            product: string;
                            plan_id: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            plan_version_id: string;
                            features: {
                                [key: string]: {
                                    /** @enum {string} */
                                    kind: "flag";
                                    enabled: boolean;
                                } | {
                                    /** @enum {string} */
                                    kind: "limit";
                                    /** @description Units in each window; null is unlimited */
                                    limit: number | null;
                                    /**
                                     * @description Calendar day, ISO week or month in the workspace's time zone, or for ever
                                     * @enum {unknown}
                                     */
                                    window: "day" | "week" | "month" | "none";
                                    /**
                                     * @description Whether all members share the limit or each has it
                                     * @enum {unknown}
                                     */
                                    per: "workspace" | "member";
                                    /**
                                     * @description At the limit: hard (when left out) refuses, soft lets pass, overage lets pass and counts what is over
                                     * @enum {unknown}
                                     */
                                    policy?: "hard" | "soft" | "overage";
                                    /** @description Units for each seat; `limit` is that times the seats */
                                    per_seat?: number;
                                    /**
                                     * @description The first day of a week; Monday (ISO 8601) when left out
                                     * @enum {unknown}
                                     */
                                    week_starts?: "monday" | "sunday" | "saturday";
                                    /**
                                     * @description Whether a month is that of the calendar (when left out), or runs from the day on which the subscription began
                                     * @enum {unknown}
                                     */
                                    anchor?: "calendar" | "subscription";
                                    /**
                                     * Format: date-time
                                     * @description When the subscription began, where months run from that
                                     */
                                    anchor_at?: string;
                                };
                            };
                            /** @description Sessions that may run at once */
                            max_seats: number;
                            /** @enum {unknown} */
                            status: "active" | "suspended" | "expired" | "revoked";
                            /** Format: date-time */
                            not_before: string;
                            /** @description The end of the time that is paid for; null: none */
                            expires_at: string | null;
                            /** @description Why it stands so, for example `payment_failed` */
                            reason: string | null;
                            /** @description In full for administrators and owners, masked for members */
                            license_key: string;
                            key_last4: string;
                            /** @description Grows with every change of what the signed file says */
                            revision: number;
                            /** Format: date-time */
                            issued_at: string;
                            renewed_at: string | null;
                            suspended_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            workspace_id: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_license_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            kid: string;
                            /**
                             * @description Published before it signs, then signing, then verifying until the last file that it signed has run out
                             * @enum {unknown}
                             */
                            stage: "published" | "signing" | "verifying";
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            active_from: string;
                            retires_at: string | null;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_license_keys_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            kid: string;
                            /**
                             * @description Published before it signs, then signing, then verifying until the last file that it signed has run out
                             * @enum {unknown}
                             */
                            stage: "published" | "signing" | "verifying";
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            active_from: string;
                            retires_at: string | null;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_license_keys_kid: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.impersonation_forbidden`: Nobody may do this in another person's name
             *
             *     `request.person_required`: Only a person may do this, not an API key
             *
             *     `request.step_up_required`: Prove again who you are: POST /v1/auth/step-up
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_licenses_acquire: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description As it was shown; case and dashes as you like */
                    license_key: string;
                    /** @description The machine, always the same on it; best an HMAC of its own id */
                    hardware_id: string;
                    /** @description Which process on the machine; each has a seat of its own */
                    instance_id?: string;
                    /** @description For people */
                    name?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description Whoever knows it may extend and release the seat
                         */
                        session_id: string;
                        /** @description Seconds from this answer; measure them with a monotonic clock */
                        lease_expires_in: number;
                        /** @description Seconds from this answer */
                        next_heartbeat_in: number;
                        current_seats_used: number;
                        max_seats: number;
                        /** Format: date-time */
                        server_time: string;
                    };
                };
            };
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description Whoever knows it may extend and release the seat
                         */
                        session_id: string;
                        /** @description Seconds from this answer; measure them with a monotonic clock */
                        lease_expires_in: number;
                        /** @description Seconds from this answer */
                        next_heartbeat_in: number;
                        current_seats_used: number;
                        max_seats: number;
                        /** Format: date-time */
                        server_time: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `licensing.license_inactive`: The licence is not active */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `licensing.license_not_found`: There is no such licence */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.seats_exhausted`: Every seat of the licence is taken
             *
             *     `request.rate_limited`: Too many requests
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_licenses_sessions_session_id_heartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description Whoever knows it may extend and release the seat
                         */
                        session_id: string;
                        /** @description Seconds from this answer; measure them with a monotonic clock */
                        lease_expires_in: number;
                        /** @description Seconds from this answer */
                        next_heartbeat_in: number;
                        current_seats_used: number;
                        max_seats: number;
                        /** Format: date-time */
                        server_time: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `licensing.license_inactive`: The licence is not active */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.session_not_found`: There is no such session
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `licensing.seat_lost`: The seat was lost */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_licenses_sessions_session_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.session_not_found`: There is no such session
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_licenses_license_key_sessions: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description As it was shown; case and dashes as you like */
                license_key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            seat: number;
                            hardware_id: string;
                            instance_id: string;
                            name: string | null;
                            /** Format: date-time */
                            started_at: string;
                            /** Format: date-time */
                            last_heartbeat_at: string;
                            /** Format: date-time */
                            expires_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.license_not_found`: There is no such licence
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_licenses_license_id_seat_usage: {
        parameters: {
            query: {
                /** @description Days to tell of, today among them */
                days: number;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path: {
                /** @description UUID */
                license_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Begun in these days */
                        sessions: number;
                        /** @description Of these sessions; null without any */
                        mean_duration_seconds: number | null;
                        /** @description Most seats held at once */
                        peak_seats: number;
                        /** @description Acquires refused because all seats were taken */
                        denials: number;
                        days: {
                            /**
                             * Format: date
                             * @description In UTC
                             */
                            day: string;
                            sessions: number;
                            mean_duration_seconds: number | null;
                            peak_seats: number;
                            denials: number;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `licensing.license_not_found`: There is no such licence
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_email_logs: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description queued: waits for its first or next try; suppressed: not sent, the address is on the suppression list; failed: refused for good; delivered and bounced: as the provider told */
                status?: "queued" | "sent" | "delivered" | "failed" | "suppressed" | "bounced";
                template?: string;
                /** @description Only mails to this address */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            template: string;
                            locale: string;
                            /** @description Null once the person was erased */
                            to: string | null;
                            workspace_id: string | null;
                            user_id: string | null;
                            /**
                             * @description queued: waits for its first or next try; suppressed: not sent, the address is on the suppression list; failed: refused for good; delivered and bounced: as the provider told
                             * @enum {unknown}
                             */
                            status: "queued" | "sent" | "delivered" | "failed" | "suppressed" | "bounced";
                            provider: string;
                            provider_message_id: string | null;
                            attempts: number;
                            error: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sent_at: string | null;
                            /** Format: date-time */
                            updated_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_suppressions: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Only this address */
                email?: string;
                /** @description Mails about the account and its safety still go to whoever unsubscribed; the others get none at all */
                reason?: "bounce" | "complaint" | "unsubscribe" | "manual";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @description Null once the person was erased */
                            email: string | null;
                            /**
                             * @description Mails about the account and its safety still go to whoever unsubscribed; the others get none at all
                             * @enum {unknown}
                             */
                            reason: "bounce" | "complaint" | "unsubscribe" | "manual";
                            /** @description What the provider or the administrator said */
                            detail: string | null;
                            created_by: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_suppressions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    /** @description Why */
                    detail?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /** @description Null once the person was erased */
                        email: string | null;
                        /**
                         * @description Mails about the account and its safety still go to whoever unsubscribed; the others get none at all
                         * @enum {unknown}
                         */
                        reason: "bounce" | "complaint" | "unsubscribe" | "manual";
                        /** @description What the provider or the administrator said */
                        detail: string | null;
                        created_by: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_suppressions_suppression_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                suppression_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `request.person_required`: Only a person may do this, not an API key
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `messaging.suppression_not_found`: There is no such suppression
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_webhooks_sendgrid: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `messaging.event_malformed`: The notification is not a list of the provider's events
             *
             *     `messaging.signature_invalid`: The notification's signature is not valid
             *
             *     `request.bad`: The request is not well formed
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dev_mailbox: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dev_mailbox_mail_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                mail_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `messaging.mail_not_found`: There is no such mail
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dev_mailbox_messages: {
        parameters: {
            query: {
                /** @description Only mails to this address */
                to?: string;
                limit: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            to: string;
                            subject: string;
                            template: string | null;
                            text: string;
                            html: string;
                            attachments: {
                                filename: string;
                                content_type: string;
                                /** @description Bytes */
                                size: number;
                            }[];
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_dev_mailbox_messages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dev_mailbox_messages_mail_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                mail_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        to: string;
                        subject: string;
                        template: string | null;
                        text: string;
                        html: string;
                        attachments: {
                            filename: string;
                            content_type: string;
                            /** @description Bytes */
                            size: number;
                        }[];
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `messaging.mail_not_found`: There is no such mail
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dev_mailbox_messages_mail_id_attachments_n: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID */
                mail_id: string;
                n: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `messaging.mail_not_found`: There is no such mail
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dev_mails: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dev_mails_template: {
        parameters: {
            query: {
                locale: string;
            };
            header?: never;
            path: {
                template: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `messaging.template_not_found`: There is no such template
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_prism_turns: {
        parameters: {
            query: {
                /** @description Entries in a page */
                limit: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /**
                             * Format: uuid
                             * @description UUID
                             */
                            id: string;
                            /** @enum {unknown} */
                            status: "pending" | "completed" | "failed";
                            question: string;
                            answer: string | null;
                            /** @description Who generated the answer; `demo` without an AI key */
                            provider: string | null;
                            model: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        /** @description Null on the last page */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description `request.bad`: The request is not well formed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.scope_missing`: The API key does not have the scope that this needs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_prism_turns: {
        parameters: {
            query?: never;
            header?: {
                /** @description The workspace; the personal one without it */
                "plinth-workspace"?: string;
                /** @description The same key and request get the first answer */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What to reflect on */
                    question: string;
                    /** @description BCP 47, for example de-AT */
                    locale?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        safety: {
                            /** @enum {string} */
                            status: "crisis";
                            categories: string[];
                        };
                        message: string;
                        resources: {
                            name: string;
                            phone?: string;
                            text?: string;
                            url?: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID
                         */
                        id: string;
                        /** @enum {unknown} */
                        status: "pending" | "completed" | "failed";
                        question: string;
                        answer: string | null;
                        /** @description Who generated the answer; `demo` without an AI key */
                        provider: string | null;
                        model: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /**
             * @description `ai.invalid_request`: The AI provider refused the request
             *
             *     `request.bad`: The request is not well formed
             *
             *     `request.malformed`: The request body is not valid JSON
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `entitlements.missing`: The plan does not have this feature
             *
             *     `request.scope_missing`: The API key does not have the scope that this needs
             *
             *     `workspaces.suspended`: The workspace is suspended: it can be read, and nothing in it changed
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.idempotency_conflict`: The Idempotency-Key was used with another request
             *
             *     `request.idempotency_in_progress`: A request with this Idempotency-Key is still running
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `ai.content_filtered`: The AI provider's content filter stopped this request
             *
             *     `request.invalid`: The request has invalid fields
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `ai.rate_limited`: The AI provider takes no more requests right now
             *
             *     `request.rate_limited`: Too many requests
             *
             *     `usage.limit_reached`: The limit of your plan is reached
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `ai.bad_provider_response`: The AI provider's answer cannot be used
             *
             *     `ai.provider_unavailable`: The AI provider cannot answer right now
             *
             *     `ai.timeout`: The AI provider did not answer in time
             */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `request.unavailable`: The service cannot answer right now
             *
             *     `safety.unavailable`: The safety check cannot be recorded, so nothing is generated
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
