import Type, { type Static } from "typebox";
import { Closed, Id, Timestamp } from "../../core/schema.ts";

const LicenseKey = Type.String({
  minLength: 1,
  maxLength: 100,
  description: "As it was shown; case and dashes as you like",
});
const HardwareId = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: "^[^\\u0000-\\u001f\\u007f]+$",
  description: "The machine, always the same on it; best an HMAC of its own id",
});
const InstanceId = Type.String({
  maxLength: 200,
  pattern: "^[^\\u0000-\\u001f\\u007f]*$",
  description: "Which process on the machine; each has a seat of its own",
});
const Name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: "^[^\\u0000-\\u001f\\u007f]+$",
  description: "For people",
});

export const Acquire = Closed({
  license_key: LicenseKey,
  hardware_id: HardwareId,
  instance_id: Type.Optional(InstanceId),
  name: Type.Optional(Name),
});
export type Acquire = Static<typeof Acquire>;

export const Seat = Closed({
  session_id: Type.String({ format: "uuid", description: "Whoever knows it may extend and release the seat" }),
  lease_expires_in: Type.Number({ description: "Seconds from this answer; measure them with a monotonic clock" }),
  next_heartbeat_in: Type.Integer({ description: "Seconds from this answer" }),
  current_seats_used: Type.Integer(),
  max_seats: Type.Integer(),
  server_time: Timestamp,
});
export type Seat = Static<typeof Seat>;

export const SessionParams = Closed({ session_id: Id });
export const KeyParams = Closed({ license_key: LicenseKey });
export const LicenseParams = Closed({ license_id: Id });

export const HeldSeatQuery = Closed({
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: "Entries in a page" }),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: "next_cursor of the page before" })),
});
export type HeldSeatQuery = Static<typeof HeldSeatQuery>;

export const HeldSeatPage = Closed({
  data: Type.Array(
    Closed({
      seat: Type.Integer(),
      hardware_id: Type.String(),
      instance_id: Type.String(),
      name: Type.Union([Type.String(), Type.Null()]),
      started_at: Timestamp,
      last_heartbeat_at: Timestamp,
      expires_at: Timestamp,
    }),
  ),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: "Null on the last page" }),
});
export type HeldSeatPage = Static<typeof HeldSeatPage>;

export const SeatUsageQuery = Closed({
  days: Type.Integer({ minimum: 1, maximum: 366, default: 30, description: "Days to tell of, today among them" }),
});

export const SeatUsage = Closed({
  sessions: Type.Integer({ description: "Begun in these days" }),
  mean_duration_seconds: Type.Union([Type.Number(), Type.Null()], {
    description: "Of these sessions; null without any",
  }),
  peak_seats: Type.Integer({ description: "Most seats held at once" }),
  denials: Type.Integer({ description: "Acquires refused because all seats were taken" }),
  days: Type.Array(
    Closed({
      day: Type.String({ format: "date", description: "In UTC" }),
      sessions: Type.Integer(),
      mean_duration_seconds: Type.Union([Type.Number(), Type.Null()]),
      peak_seats: Type.Integer(),
      denials: Type.Integer(),
    }),
  ),
});
export type SeatUsage = Static<typeof SeatUsage>;
