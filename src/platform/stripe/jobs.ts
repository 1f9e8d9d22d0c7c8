import { defineSubscriber, type Subscriber } from "../events/index.ts";
import { Registered } from "../identity/index.ts";

/**
 * Makes the store's customer for everybody who registers, after that is committed: a store that does not answer keeps nobody from
 * signing up, and the worker asks it again for about a day.
 */
export function customerAtRegistration(createCustomer: (workspace_id: string) => Promise<string>): Subscriber {
  return defineSubscriber({
    name: "stripe.create_customer",
    event: Registered,
    max_retries: 9,
    handle: async ({ workspace_id }) => {
      await createCustomer(workspace_id);
    },
  });
}
