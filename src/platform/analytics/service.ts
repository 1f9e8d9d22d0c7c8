import type { Clock } from "../../core/clock.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { activeOf, arrOf, churnOf, type Fees, mrrOf, rangeOf, signUpsOf, utilisationOf } from "./rules.ts";
import { type AnalyticsQuery, type AnalyticsReport, definitions } from "./schema.ts";
import {
  closeSpans,
  findMoment,
  insertPastSpans,
  listActive,
  listArr,
  listChurn,
  listMrr,
  listSignUps,
  listUtilisation,
  lockRecording,
  moveSpans,
  openSpans,
  readAtOneMoment,
  recordSignUps,
  reopenSpans,
  setRecorded,
} from "./store.ts";

/** The platform's figures, for its administrators. */
export interface Analytics {
  /**
   * All figures at one moment, amounts in minor units by currency; `definitions` says what each means. Throws `request.invalid` where
   * `from` is behind `to` or more than five years before it.
   */
  report(query: AnalyticsQuery): Promise<AnalyticsReport>;
  /**
   * Records who pays for what now, for churn, and the sign-ups of each day. To be run every hour or so: again changes nothing, one process
   * at a time does it and the others pass, and a pause is caught up.
   *
   * What a pause costs: a subscription's row tells one stretch of time, from its beginning to the end of what was paid. So that it stopped and began
   * again, or its price, is only known if it was looked at in between; and a change is dated by the store's newest word of the subscription. The
   * first recording takes the present rows for the past in the same way.
   */
  maintain(): Promise<void>;
}

interface AnalyticsOptions {
  db: Pick<Database, "asSystem">;
  clock: Clock;
  /** Whose money counts: subscriptions of a store's other environment are in no figure. */
  environment: "live" | "test";
  /** What the stores keep, for the estimate of net revenue. */
  fees: Fees;
}

export function createAnalytics({ db, clock, environment, fees }: AnalyticsOptions): Analytics {
  return {
    report: async ({ product, ...query }) => {
      const range = rangeOf(query, clock.now());
      if (range === undefined) {
        const detail = "must be a day up to five years before `to`";
        throw requestErrors.invalid({ errors: [{ pointer: "/from", detail }] });
      }
      const scope = { environment, product };
      return db.asSystem("analytics", async (tx) => {
        await readAtOneMoment(tx);
        return {
          ...(await findMoment(tx)),
          ...{ environment, ...range },
          mrr: mrrOf(await listMrr(tx, scope), fees),
          arr: arrOf(await listArr(tx, scope)),
          active_subscriptions: activeOf(await listActive(tx, scope)),
          churn: churnOf(await listChurn(tx, scope, range)),
          sign_ups: signUpsOf(await listSignUps(tx, range)),
          license_utilisation: utilisationOf(await listUtilisation(tx, product)),
          definitions,
        };
      });
    },
    maintain: () =>
      db.asSystem("record analytics", async (tx) => {
        if (!(await lockRecording(tx))) return;
        await moveSpans(tx);
        await closeSpans(tx);
        await reopenSpans(tx);
        await openSpans(tx);
        await insertPastSpans(tx);
        await recordSignUps(tx);
        await setRecorded(tx);
      }),
  };
}
