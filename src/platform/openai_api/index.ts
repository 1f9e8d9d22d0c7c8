export { createOpenAiApi } from "./service.ts";
