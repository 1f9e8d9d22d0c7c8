import { defineProduct } from "../../product.ts";

export default defineProduct({ name: "entrain", plans: new URL("./plans.yaml", import.meta.url) });
