import { type Ctx, requestErrors, userOf } from "../../product.ts";

/** Whose request it is: everything in prism is one person's own. A program acts as whoever made its key. */
export function personOf(ctx: Ctx): string {
  const user_id = userOf(ctx);
  if (user_id === undefined) throw new TypeError("What prism keeps belongs to a person");
  return user_id;
}

/** What was found, or `request.not_found`: somebody else's answers as nobody's does. */
export function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw requestErrors.not_found();
  return thing;
}
