import Type from "typebox";
import { defineEvent } from "../events/index.ts";

const Time = Type.Union([Type.String(), Type.Null()]);
const about = { license_id: Type.String(), product: Type.String() };

export const LicenseIssued = defineEvent(
  "licensing.license_issued",
  "A workspace has a licence that it did not have",
  Type.Object({ ...about, plan_id: Type.String(), max_seats: Type.Integer(), expires_at: Time }),
  { public: true },
);

export const LicenseChanged = defineEvent(
  "licensing.license_changed",
  "The plan, the seats, the features or the end of an active licence have changed, otherwise than by a renewal",
  Type.Object({
    ...about,
    plan_id: Type.String(),
    previous_plan_id: Type.String(),
    max_seats: Type.Integer(),
    previous_max_seats: Type.Integer(),
    expires_at: Time,
    previous_expires_at: Time,
  }),
  { public: true },
);

export const LicenseRenewed = defineEvent(
  "licensing.license_renewed",
  "A licence was paid for a longer time",
  Type.Object({ ...about, expires_at: Time, previous_expires_at: Time }),
  { public: true },
);

export const LicenseSuspended = defineEvent(
  "licensing.license_suspended",
  "A licence is not active while a payment is owed or disputed",
  Type.Object({ ...about, reason: Type.Union([Type.String(), Type.Null()]) }),
  { public: true },
);

export const LicenseReinstated = defineEvent(
  "licensing.license_reinstated",
  "A licence that was not active is so again",
  Type.Object({ ...about, previous_status: Type.String() }),
  { public: true },
);

export const LicenseExpired = defineEvent(
  "licensing.license_expired",
  "A licence is over: its time (`expired`), or because the store took it back (`revoked`)",
  Type.Object({ ...about, status: Type.String(), reason: Type.Union([Type.String(), Type.Null()]) }),
  { public: true },
);

export const KeyRotated = defineEvent(
  "licensing.key_rotated",
  "A licence has another key; the one before is good no more",
  Type.Object(about),
  { public: true },
);

export const LicenseActivated = defineEvent(
  "licensing.license_activated",
  "A licence was activated on a machine that it was not on",
  Type.Object({ ...about, activation_id: Type.String() }),
  { public: true },
);

export const LicenseDeactivated = defineEvent(
  "licensing.license_deactivated",
  "An activation was removed: the licence is good on that machine no more",
  Type.Object({ ...about, activation_id: Type.String(), hardware_id: Type.String() }),
  { public: true },
);

export const FileOutdated = defineEvent(
  "licensing.file_outdated",
  "What a licence's signed file says has changed; it is signed afresh",
  Type.Object({ license_id: Type.String(), revision: Type.Integer() }),
);
