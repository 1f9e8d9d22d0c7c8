import type { Tx } from "../../core/tables.ts";
import type { Sales } from "../billing/index.ts";
import type { Seller } from "./seller-port.ts";
import { type Checkouts, type CheckoutsOptions, createCheckouts } from "./service.ts";
import { endPromises, mergeTrials, noteTrial, redeemTrial, reportCheckout } from "./store.ts";

export type { OpenedCheckout, Seller } from "./seller-port.ts";
export type { Checkouts } from "./service.ts";

type CheckoutOptions = Omit<CheckoutsOptions, "seller"> & {
  /** The store that sells on our behalf; undefined: nothing is sold here. */
  seller: Seller | undefined;
};

/** Makes the module: what is sold here, and what billing tells it of what stores tell. */
export function createCheckout({ seller, ...options }: CheckoutOptions): {
  checkouts: Checkouts | undefined;
  sales: Sales;
} {
  const { environment, ownersOf } = options;
  const key = { source: "stripe", environment } as const;
  return {
    checkouts: seller === undefined ? undefined : createCheckouts({ ...options, seller }),
    sales: {
      report: async (tx: Tx, external_id, status) => {
        // A method that takes days: nothing is decided yet.
        if (status === "unpaid") return;
        const isPaid = status === "paid";
        const row = await reportCheckout(tx, key, external_id, isPaid ? "completed" : "expired");
        if (row === undefined) return;
        if (!isPaid) await endPromises(tx, row.id);
        else if (row.trial_days > 0) await redeemTrial(tx, row.id);
      },
      noteTrial: async (tx, workspace_id, product) => {
        const owners = await ownersOf(tx, workspace_id);
        await noteTrial(
          tx,
          owners.map(({ user_id }) => user_id),
          product,
        );
      },
      mergeTrials,
    },
  };
}
