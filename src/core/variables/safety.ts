import { whole } from "./kinds.ts";

/** Variables of the safety check. Its rules stand in files. */
export const safetyVariables = {
  SAFETY_EVENT_DAYS: whole(
    "Days for which it is kept what the safety check found; the counts of referrals stay",
    400,
    1,
    3_650,
  ),
  SAFETY_TEXT_DAYS: whole(
    "Days for which a text is kept with what was found in it, where the person agreed",
    30,
    1,
    400,
  ),
};
