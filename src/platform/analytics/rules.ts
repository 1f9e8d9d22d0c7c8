import type { ActiveSubscriptions, Arr, ChurnMonth, LicenseUtilisation, Mrr, SignUps } from "./schema.ts";

/**
 * What a store keeps: a share of the price, and an amount for each charge by currency, in minor units (none in a currency that is not
 * named). A store that is not named keeps nothing.
 */
export type Fees = Record<string, { percent: number; per_charge?: Record<string, number> }>;

/** MRR of a product from a store in a currency, in twelfths of minor units, and how often the store charges for it in a year. */
export interface MrrLine {
  product: string;
  currency: string;
  source: string;
  twelfths: number;
  past_due_twelfths: number;
  charges_twelfths: number;
}

/**
 * MRR by currency. Each total is rounded once; the lines below are rounded so that they add up to it (largest remainder), each by less than
 * one minor unit.
 */
export function mrrOf(lines: MrrLine[], fees: Fees): Mrr[] {
  return groups(lines, ({ currency }) => currency).map(([currency, inCurrency]) => {
    const totals = revenueOf(inCurrency);
    const fees_estimate = Math.round(sum(inCurrency, (line) => feeTwelfths(line, fees)) / 12);
    const sources = linesOf(inCurrency, ({ source }) => source, totals);
    const kept = apportion(
      sources.map(({ of }) => sum(of, (line) => feeTwelfths(line, fees)) / 12),
      fees_estimate,
    );
    return {
      ...{ currency, ...totals, fees_estimate, net_estimate: totals.gross - fees_estimate },
      by_product: linesOf(inCurrency, ({ product }) => product, totals).map(({ name, gross, past_due }) => ({
        ...{ product: name, gross, past_due },
      })),
      by_source: sources.map(({ name, gross, past_due }, index) => {
        const fee = kept[index] ?? 0;
        return { source: name, gross, past_due, fees_estimate: fee, net_estimate: gross - fee };
      }),
    };
  });
}

function revenueOf(lines: MrrLine[]): { gross: number; past_due: number } {
  return {
    gross: Math.round(sum(lines, ({ twelfths }) => twelfths) / 12),
    past_due: Math.round(sum(lines, ({ past_due_twelfths }) => past_due_twelfths) / 12),
  };
}

function linesOf(lines: MrrLine[], nameOf: (line: MrrLine) => string, totals: { gross: number; past_due: number }) {
  const named = groups(lines, nameOf);
  const part = (amount: (line: MrrLine) => number) => named.map(([, of]) => sum(of, amount) / 12);
  const past_due = apportion(
    part((line) => line.past_due_twelfths),
    totals.past_due,
  );
  const good = apportion(
    part((line) => line.twelfths - line.past_due_twelfths),
    totals.gross - totals.past_due,
  );
  return named.map(([name, of], index) => {
    const owed = past_due[index] ?? 0;
    return { name, of, gross: (good[index] ?? 0) + owed, past_due: owed };
  });
}

/**
 * Whole numbers that add up to `total`, each less than one away from its part: what is left after rounding down goes to those that lost the
 * most by it, the earlier of equals first. `total` is the parts' sum, rounded.
 */
export function apportion(parts: number[], total: number): number[] {
  const floors = parts.map(Math.floor);
  const left = total - floors.reduce((a, b) => a + b, 0);
  const byLoss = parts.map((part, index) => ({ index, loss: part - Math.floor(part) }));
  byLoss.sort((a, b) => b.loss - a.loss || a.index - b.index);
  for (const { index } of byLoss.slice(0, Math.max(0, left))) floors[index] = (floors[index] ?? 0) + 1;
  return floors;
}

function feeTwelfths({ source, currency, twelfths, charges_twelfths }: MrrLine, fees: Fees): number {
  const fee = fees[source];
  if (fee === undefined) return 0;
  return (twelfths * fee.percent) / 100 + charges_twelfths * (fee.per_charge?.[currency] ?? 0);
}

/** ARR by currency; exact, so that nothing is rounded. */
export function arrOf(
  lines: { product: string; currency: string; arr_minor: number; past_due_minor: number }[],
): Arr[] {
  const revenue = (of: typeof lines) => ({
    gross: sum(of, ({ arr_minor }) => arr_minor),
    past_due: sum(of, ({ past_due_minor }) => past_due_minor),
  });
  return groups(lines, ({ currency }) => currency).map(([currency, inCurrency]) => ({
    currency,
    ...revenue(inCurrency),
    by_product: groups(inCurrency, ({ product }) => product).map(([product, of]) => ({ product, ...revenue(of) })),
  }));
}

export function activeOf(data: ActiveSubscriptions["data"]): ActiveSubscriptions {
  const count = (wanted: (line: (typeof data)[number]) => boolean) =>
    sum(data.filter(wanted), ({ subscriptions }) => subscriptions);
  return {
    total: count(() => true),
    trialing: count(({ is_trial }) => is_trial),
    past_due: count(({ standing }) => standing === "grace"),
    data,
  };
}

/** What was lost of a product in a currency in a month; the month as its first day. */
export interface ChurnLine {
  month: string;
  is_complete: boolean;
  currency: string;
  customers_at_start: number;
  customers_lost: number;
  twelfths_at_start: number;
  twelfths_lost: number;
}

/** Churn by month, the oldest first. */
export function churnOf(lines: ChurnLine[]): ChurnMonth[] {
  return groups(lines, ({ month }) => month.slice(0, 7)).map(([month, inMonth]) => {
    const customers_at_start = sum(inMonth, (line) => line.customers_at_start);
    const customers_lost = sum(inMonth, (line) => line.customers_lost);
    return {
      ...{ month, is_complete: inMonth.every(({ is_complete }) => is_complete), customers_at_start, customers_lost },
      rate: share(customers_lost, customers_at_start),
      mrr: groups(inMonth, ({ currency }) => currency).map(([currency, of]) => {
        const start = sum(of, ({ twelfths_at_start }) => twelfths_at_start);
        const lost = sum(of, ({ twelfths_lost }) => twelfths_lost);
        return {
          ...{ currency, at_start: Math.round(start / 12), lost: Math.round(lost / 12) },
          rate: share(lost, start),
        };
      }),
    };
  });
}

/** Sign-ups by day, and the same by month. */
export function signUpsOf(days: SignUps["days"]): SignUps {
  const counted = (of: SignUps["days"]) => ({
    sign_ups: sum(of, ({ sign_ups }) => sign_ups),
    verified: sum(of, ({ verified }) => verified),
  });
  const { sign_ups: total, verified } = counted(days);
  const months = groups(days, ({ day }) => day.slice(0, 7)).map(([month, of]) => ({ month, ...counted(of) }));
  return { total, verified, months, days };
}

/** The licences of a product that are valid now. */
export interface LicenseLine {
  product: string;
  licenses: number;
  seats: number;
  seats_in_use: number;
  activated: number;
}

export function utilisationOf(lines: LicenseLine[]): LicenseUtilisation {
  const counted = (of: LicenseLine[]) => {
    const [licenses, seats] = [sum(of, (line) => line.licenses), sum(of, (line) => line.seats)];
    const [seats_in_use, activated] = [sum(of, (line) => line.seats_in_use), sum(of, (line) => line.activated)];
    const shares = { utilisation: share(seats_in_use, seats), activated_share: share(activated, licenses) };
    return { licenses, seats, seats_in_use, activated, ...shares };
  };
  return {
    ...counted(lines),
    by_product: groups(lines, ({ product }) => product).map(([product, of]) => ({ product, ...counted(of) })),
  };
}

/** The days that are looked at: by default the running month and the eleven before. Undefined where they are none, or more than five years. */
export function rangeOf(
  query: { from?: string | undefined; to?: string | undefined },
  now: Date,
): { from: string; to: string } | undefined {
  const to = query.to ?? now.toISOString().slice(0, 10);
  const end = new Date(to);
  const from = query.from ?? dayOf(new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - 11, 1)));
  const days = (end.getTime() - new Date(from).getTime()) / 86_400_000;
  return days >= 0 && days <= 5 * 366 ? { from, to } : undefined;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function sum<T>(entries: T[], amount: (entry: T) => number): number {
  return entries.reduce((total, entry) => total + amount(entry), 0);
}

/** By name, in its order. */
function groups<T>(entries: T[], nameOf: (entry: T) => string): [string, T[]][] {
  return [...Map.groupBy(entries, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1));
}
