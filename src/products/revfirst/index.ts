import { defineProduct } from "../../product.ts";

export default defineProduct({ name: "revfirst", plans: new URL("./plans.yaml", import.meta.url) });
