export { compileRules, type RuleIndex } from "./compile.ts";
export { boundary, type Token, tokenize } from "./normalise.ts";
export { type Lists, longestMatch, PatternError, parsePattern, writtenOut } from "./patterns.ts";
export { createScan, type Match } from "./scan.ts";
export { createTextStream } from "./stream.ts";
