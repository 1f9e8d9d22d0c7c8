import type { Tx } from "../../core/tables.ts";
import { type CustomerKey, findCurrentCustomer, forgetCustomer, setCurrentCustomer } from "./customers-store.ts";
import { findSubscribedCustomer, listSubscriptions } from "./store.ts";

/** Whom stores know workspaces as, for whoever sells to them. In the caller's transaction, of the platform. */
export const customers = {
  /** Whom the store knows the workspace as: of what it has now, else as it was made for it or came here. */
  find: async (tx: Tx, key: CustomerKey, workspace_id: string): Promise<string | undefined> => {
    const subscribed = await findSubscribedCustomer(tx, key, workspace_id);
    return subscribed ?? findCurrentCustomer(tx, key, workspace_id);
  },
  /** Makes the customer the one that the workspace buys as, unless there is one. */
  set: setCurrentCustomer,
  /** Forgets a customer whom the store does not know any more. */
  forget: forgetCustomer,
  /** Whether the workspace has a subscription to the product there that is not over: one that waits for its payment is not. */
  hasRunning: async (tx: Tx, { source }: CustomerKey, workspace_id: string, product: string): Promise<boolean> => {
    const all = await listSubscriptions(tx, { workspace_id, product, source }, 100);
    return all.some(({ standing, status }) => standing !== "ended" || status === "past_due");
  },
};
