import { defineProduct } from "../../product.ts";
import { prismSubscribers } from "./jobs.ts";
import { prismRoutes } from "./routes.ts";
import { createTurns } from "./service.ts";

export default defineProduct({
  name: "prism",
  plans: new URL("./plans.yaml", import.meta.url),
  migrations: new URL("./migrations/", import.meta.url),
  create: (doors) => {
    const turns = createTurns(doors);
    return { routes: prismRoutes(turns), subscribers: prismSubscribers(turns) };
  },
});
