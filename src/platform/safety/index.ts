export { parsePolicy } from "./policy.ts";
export { explanationOf, readSentences, type SentenceReport, testSentences } from "./sentences.ts";
export { createSafety, type Safety, type Verdict } from "./service.ts";
