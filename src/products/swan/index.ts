import { defineProduct } from "../../product.ts";

export default defineProduct({ name: "swan", plans: new URL("./plans.yaml", import.meta.url) });
