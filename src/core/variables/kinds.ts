import Type, { type TSchema } from "typebox";

// The kinds of variables, as the lists beside this file use them.

export const text = (description: string, options: Record<string, unknown> = {}) =>
  Type.String({ description, ...options });
export const whole = (description: string, value: number, minimum = 0, maximum = 2_147_483_647) =>
  Type.Integer({ description, default: value, minimum, maximum });
export const list = (description: string) => Type.Array(Type.String({ minLength: 1 }), { description, default: [] });
export const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
export const secret = { secret: true };
