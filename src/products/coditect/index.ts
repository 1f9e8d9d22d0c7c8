import { defineProduct } from "../../product.ts";

export default defineProduct({ name: "coditect", plans: new URL("./plans.yaml", import.meta.url) });
