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
         * @description Mails a link that proves the address. The answer is the same for an address that has an account.
         */
        post: operations["post_auth_register"];
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
         * The page behind the mailed link
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
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with a password */
        post: operations["post_auth_login"];
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
         * @description 401 means: sign in again. 503 with Retry-After means: try again with the same token. A token that is sent again within the grace gets the same answer.
         */
        post: operations["post_auth_refresh"];
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
        /** End this session */
        post: operations["post_auth_logout"];
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
        delete?: never;
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
        delete?: never;
        options?: never;
        head?: never;
        /** Rename a workspace */
        patch: operations["patch_workspaces_workspace_id"];
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
    "/v1/billing/entitlements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the workspace may do, and what it has used
         * @description One entry for each product, with the plan, its features, and for limits what is used and when it resets.
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
    schemas: never;
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
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    /** @description 8 to 256 characters, with upper case, lower case and a digit */
                    password: string;
                    full_name: string;
                    /** @description Names the workspace */
                    company_name?: string;
                    /** @description IANA name; UTC when left out */
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
                    "application/problem+json": {
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
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `identity.token_invalid`: This link was used, is too old, or was replaced by a newer one */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    /** @description 8 to 256 characters, with upper case, lower case and a digit */
                    password: string;
                    /** @description How the person will recognise this session */
                    device_label?: string;
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
                    "application/problem+json": {
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
            };
            /** @description `identity.invalid_credentials`: The e-mail address or the password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `identity.email_unverified`: Confirm your e-mail address first */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
                    refresh_token: string;
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
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.rate_limited`: Too many requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                        email: string;
                        full_name: string;
                        email_verified: boolean;
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    name: string;
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.forbidden`: You may not do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /**
             * @description `request.forbidden`: You may not do this
             *
             *     `workspaces.owner_protected`: Only an owner may do this to an owner
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `workspaces.last_owner`: A workspace keeps at least one owner */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                                };
                            };
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
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                            };
                        };
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
                    "application/problem+json": {
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
            };
            /**
             * @description `billing.plan_not_found`: There is no such plan
             *
             *     `request.not_found`: There is nothing here
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                            /** @description The store, for example stripe */
                            source: string;
                            /** @enum {unknown} */
                            status: "incomplete" | "incomplete_expired" | "trialing" | "active" | "past_due" | "unpaid" | "paused" | "canceled";
                            seats: number;
                            current_period_end: string | null;
                            trial_end: string | null;
                            /** @description Whether it ends with the period instead of renewing */
                            cancel_at_period_end: boolean;
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                            /** @description Where it comes from, the deciding one first */
                            sources: {
                                /** @description `default`, or the grant's source such as `stripe:sub_…` */
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
                                    /** @description In the running window; may pass the limit after a downgrade */
                                    used: number;
                                    /** @description Null is unlimited */
                                    remaining: number | null;
                                    /** @enum {unknown} */
                                    window: "day" | "week" | "month" | "none";
                                    /** @enum {unknown} */
                                    per: "workspace" | "member";
                                    resets_at: string | null;
                                };
                            };
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                            text: string;
                            html: string;
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
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                        text: string;
                        html: string;
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
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.invalid`: The request has invalid fields */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unavailable`: The service cannot answer right now */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.unauthenticated`: Authentication is required */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `entitlements.missing`: The plan does not have this feature */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.not_found`: There is nothing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /** @description `request.too_large`: The request body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.unsupported_media_type`: This content type is not supported */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
            /**
             * @description `ai.rate_limited`: The AI provider takes no more requests right now
             *
             *     `usage.limit_reached`: The limit of your plan is reached
             */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
            };
            /** @description `request.internal`: Something went wrong on our side */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
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
                    "application/problem+json": {
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
                    "application/problem+json": {
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
            };
        };
    };
}
