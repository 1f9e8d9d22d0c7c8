import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";
import { Features } from "../entitlements/index.ts";

export type { Features, Snapshot } from "../entitlements/index.ts";

export const LicenseStatus = Type.Enum(["active", "suspended", "expired", "revoked"]);
export type LicenseStatus = Static<typeof LicenseStatus>;

const Reason = Type.Union([Type.String(), Type.Null()], {
  description: "Why it stands so, for example `payment_failed`",
});
const MaxSeats = Type.Integer({ minimum: 0, description: "Sessions that may run at once" });
const Product = Type.String({ minLength: 1, maxLength: 100 });

/** What a licence says, to whoever may know it. */
const terms = {
  product: Type.String(),
  plan_id: Type.String(),
  plan_version_id: Id,
  features: Features,
  max_seats: MaxSeats,
  status: LicenseStatus,
  not_before: Timestamp,
  expires_at: Type.Union([Timestamp, Type.Null()], { description: "The end of the time that is paid for; null: none" }),
};

export const License = Closed({
  id: Id,
  ...terms,
  reason: Reason,
  license_key: Type.String({ description: "In full for administrators and owners, masked for members" }),
  key_last4: Type.String(),
  revision: Type.Integer({ description: "Grows with every change of what the signed file says" }),
  issued_at: Timestamp,
  renewed_at: NullableTimestamp,
  suspended_at: NullableTimestamp,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type License = Static<typeof License>;
export const LicensePage = Page(License);

/** A licence in the list over all workspaces; its key is masked. */
export const AdminLicense = Closed({ ...License.properties, workspace_id: Id });
export type AdminLicense = Static<typeof AdminLicense>;
export const AdminLicensePage = Page(AdminLicense);

export const LicenseQuery = Closed({
  ...PageQuery.properties,
  product: Type.Optional(Product),
  status: Type.Optional(LicenseStatus),
});
export type LicenseQuery = Static<typeof LicenseQuery>;
export const AdminLicenseQuery = Closed({ ...LicenseQuery.properties, workspace_id: Type.Optional(Id) });
export type AdminLicenseQuery = Static<typeof AdminLicenseQuery>;

export const LicenseParams = Closed({ license_id: Id });
export const ActivationParams = Closed({ license_id: Id, activation_id: Id });
export const KeyParams = Closed({ license_key: Type.String({ minLength: 1, maxLength: 200 }) });

/** What a program calls its machine; best a hash, bound to the product, of what the machine calls itself. */
export const HardwareId = Type.String({
  pattern: "^[A-Za-z0-9._:-]{16,128}$",
  description: "16 to 128 letters, digits, and . _ : -",
});
const LicenseKey = Type.String({
  minLength: 1,
  maxLength: 200,
  description: "In any case, with or without spaces and dashes; O is read as 0, I and L as 1",
});

export const Validation = Closed({
  license_key: LicenseKey,
  product: Type.Optional(Product),
  hardware_id: Type.Optional(HardwareId),
});
export type Validation = Static<typeof Validation>;

/** Every outcome of looking at a key. */
export const verdictCodes = [
  "valid",
  "expired",
  "suspended",
  "revoked",
  "not_yet_valid",
  "product_mismatch",
  "hardware_not_activated",
  "malformed_key",
  "unknown_key",
] as const;
export type VerdictCode = (typeof verdictCodes)[number];

export const Verdict = Closed({
  valid: Type.Boolean(),
  code: Type.Enum([...verdictCodes], { description: "What a program decides by" }),
  message: Type.String({ description: "The same in words" }),
  license: Type.Optional(Closed({ license_id: Id, ...terms, reason: Reason })),
  checked_at: Timestamp,
});
export type Verdict = Static<typeof Verdict>;

export const NewActivation = Closed({
  license_key: LicenseKey,
  hardware_id: HardwareId,
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: "How people call the machine" })),
});
export type NewActivation = Static<typeof NewActivation>;

export const Activation = Closed({
  id: Id,
  license_id: Id,
  hardware_id: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  created_at: Timestamp,
  last_activated_at: Timestamp,
});
export type Activation = Static<typeof Activation>;
export const ActivationPage = Page(Activation);

/** What the signed file says: the payload of a JWS (RFC 7515) in compact form, `alg` PS256, `typ` license+jws. */
export const LicenseFile = Closed({
  format: Type.Literal(1),
  license_id: Id,
  workspace_id: Id,
  ...terms,
  not_before: Type.String({ format: "date-time" }),
  expires_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
  key_last4: Type.String(),
  revision: Type.Integer(),
  hardware_id: Type.Optional(Type.String({ description: "The one machine that the file is good for" })),
  issued_at: Type.String({ format: "date-time", description: "The server's time when the file was made" }),
  file_ttl: Type.Integer({ description: "Seconds from issued_at for which the file may be relied on" }),
});
export type LicenseFile = Static<typeof LicenseFile>;

export const DownloadQuery = Closed({
  format: Type.Enum(["jws", "json"], { default: "jws", description: "The file itself, or the file in a JSON answer" }),
  hardware_id: Type.Optional(HardwareId),
});
export const Download = Closed({ file: Type.String(), payload: LicenseFile, kid: Type.String() });
export type Download = Static<typeof Download>;

export const LicenseKeySet = Type.Object({ keys: Type.Array(Type.Object({}, { additionalProperties: true })) });

export const LicenseSigningKey = Closed({
  kid: Type.String(),
  stage: Type.Enum(["published", "signing", "verifying"], {
    description:
      "Published before it signs, then signing, then verifying until the last file that it signed has run out",
  }),
  created_at: Timestamp,
  active_from: Timestamp,
  retires_at: NullableTimestamp,
});
export type LicenseSigningKey = Static<typeof LicenseSigningKey>;
export const LicenseSigningKeys = Closed({ data: Type.Array(LicenseSigningKey) });
export const LicenseSigningKeyParams = Closed({ kid: Type.String({ minLength: 1, maxLength: 100 }) });
