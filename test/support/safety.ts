import { readConfigLayers } from "../../src/core/config-files.ts";
import { compilePolicy } from "../../src/platform/safety/findings.ts";
import { parsePolicy } from "../../src/platform/safety/policy.ts";

/** The policy that comes with Plinth. */
export const shippedFiles = await readConfigLayers({ PLINTH_CONFIG_DIR: "nowhere" }, "safety");
export const shippedPolicy = parsePolicy(shippedFiles);
export const shippedRules = compilePolicy(shippedPolicy);
