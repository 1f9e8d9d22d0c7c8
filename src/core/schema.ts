import Type, { type Static, type TProperties, type TSchema } from "typebox";

/** A UUID in its canonical lower-case form. */
export const Id = Type.String({ format: "uuid", description: "UUID" });

/** An instant; written as RFC 3339 in UTC. */
export const Timestamp = Type.Unsafe<Date>({ type: "string", format: "date-time" });

export const NullableTimestamp = Type.Union([Timestamp, Type.Null()]);

/** An object that refuses members that it does not declare. */
export function Closed<T extends TProperties>(properties: T, options: Record<string, unknown> = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** Query parameters of a list: a page's size and where the last page ended. */
export const PageQuery = Closed({
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: "Entries in a page" }),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: "next_cursor of the page before" })),
});
export type PageQuery = Static<typeof PageQuery>;

/** A page of a list. */
export function Page<T extends TSchema>(entry: T) {
  return Closed({
    data: Type.Array(entry),
    next_cursor: Type.Union([Type.String(), Type.Null()], { description: "Null on the last page" }),
  });
}

/** RFC 9457 problem details, with our members. */
export const Problem = Type.Object(
  {
    type: Type.String({ format: "uri-reference" }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    code: Type.String({ description: "Stable: what a program decides by" }),
    request_id: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: "JSON pointer to the field" }),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { additionalProperties: true },
);
export type Problem = Static<typeof Problem>;
