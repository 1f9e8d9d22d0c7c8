import { randomUUIDv7 } from "node:crypto";

/** The time field of the newest id, as it is written (`xxxxxxxx-xxxx`), and its place among those of that millisecond. */
let newest = { time: "", place: 0 };

/**
 * A new UUIDv7: ordered by time, so that primary keys append to their index, and within a millisecond of this process by when they were
 * made (RFC 9562, 6.2, method 1: `rand_a` counts), so that what was written one after the other is read so. 62 bits are random.
 */
export function newId(): string {
  const random = randomUUIDv7();
  const time = random.slice(0, 13);
  // A new millisecond begins at random in the lower half, which leaves room for 2,048; a clock that goes back goes on where it was.
  if (time > newest.time) newest = { time, place: Number.parseInt(random.slice(15, 18), 16) & 0x7ff };
  else if (newest.place < 0xfff) newest.place++;
  else newest = { time: millisecondAfter(newest.time), place: 0 };
  return `${newest.time}-7${newest.place.toString(16).padStart(3, "0")}${random.slice(18)}`;
}

function millisecondAfter(time: string): string {
  const next = (BigInt(`0x${time.replace("-", "")}`) + 1n).toString(16).padStart(12, "0");
  return `${next.slice(0, 8)}-${next.slice(8)}`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in its canonical lower-case form. */
export function isId(text: string): boolean {
  return uuid.test(text);
}
