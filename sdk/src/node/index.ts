import { webcrypto } from "node:crypto";
import { type LicenseFileCheck, type LicenseFileOptions, verifyLicenseFile as verify } from "../license/index.ts";

export {
  environmentId,
  firstHardwareId,
  HardwareIdUnavailable,
  type Host,
  hashHardwareId,
  kubernetesPod,
  machineId,
  persistedId,
} from "./hardware-id.ts";
export { fileHighWaterMark } from "./high-water-mark.ts";

/** As `verifyLicenseFile` of `@plinth/sdk/license`, with Node's WebCrypto, which is no global in Node 18. */
export function verifyLicenseFile(file: string, options: LicenseFileOptions): Promise<LicenseFileCheck> {
  return verify(file, { crypto: { subtle: webcrypto.subtle as SubtleCrypto }, ...options });
}
