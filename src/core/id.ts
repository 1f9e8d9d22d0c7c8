import { randomUUIDv7 } from "node:crypto";

/** A new UUIDv7 (RFC 9562): ordered by time, so that primary keys append to their index. */
export function newId(): string {
  return randomUUIDv7();
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in its canonical lower-case form. */
export function isId(text: string): boolean {
  return uuid.test(text);
}
