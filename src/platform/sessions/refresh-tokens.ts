import { timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { hmac, type Keyring } from "../../core/crypto.ts";

/**
 * Refresh tokens are derived, not stored: whoever has the installation's secret and the session's id can make one again, and the
 * database keeps only its SHA-256. So a lost answer can be given again, with nothing secret at rest.
 */
export interface RefreshTokens {
  /** The token of a session's generation. */
  make(session_id: string, generation: number): string;
  /**
   * Which session and generation a token names. Undefined when it was damaged or never issued: the checksum and the MAC tell
   * without asking the database, and nobody is punished for a token cut off on its way.
   */
  read(token: string): { session_id: string; generation: number } | undefined;
}

const prefix = "rt_";

export function createRefreshTokens(keyring: Keyring): RefreshTokens {
  const key = keyring.derive("identity:refresh-token");
  const macOf = (session_id: string, generation: number) => hmac(key, `${session_id}|${generation}`);
  return {
    make: (session_id, generation) => {
      const head = Buffer.alloc(20);
      Buffer.from(session_id.replaceAll("-", ""), "hex").copy(head);
      head.writeUInt32BE(generation, 16);
      const body = Buffer.concat([head, macOf(session_id, generation)]);
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32(body));
      return prefix + Buffer.concat([body, checksum]).toString("base64url");
    },
    read: (token) => {
      if (!/^rt_[\w-]{75}$/.test(token)) return undefined;
      const bytes = Buffer.from(token.slice(prefix.length), "base64url");
      if (bytes.length !== 56 || bytes.toString("base64url") !== token.slice(prefix.length)) return undefined;
      if (crc32(bytes.subarray(0, 52)) !== bytes.readUInt32BE(52)) return undefined;
      const hex = bytes.toString("hex", 0, 16);
      const session_id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      const generation = bytes.readUInt32BE(16);
      if (!timingSafeEqual(bytes.subarray(20, 52), macOf(session_id, generation))) return undefined;
      return { session_id, generation };
    },
  };
}
