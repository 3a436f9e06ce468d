/** What the environment says to the start command. Pure, so that every wrong value is tested. */

export interface Settings {
  /** 0 lets the system choose. */
  port: number;
  host: string;
  /** Directory of the state, as given. */
  state: string;
  /** Null: kept in the state directory. */
  adminToken: string | null;
  masterKey: string | null;
  allowPrivateUpstreams: boolean;
}

export type SettingsResult = { ok: true; settings: Settings } | { ok: false; message: string };

const MASTER_KEY_BYTES = 32;
const MAX_PORT = 65_535;

/** Reads the variables of the contract; empty ones are unset. */
export function readSettings(env: Record<string, string | undefined>): SettingsResult {
  const port = env.PORT || "8787";
  if (!/^\d+$/.test(port) || Number(port) > MAX_PORT) {
    return refuse(`PORT must be a number from 0 to ${MAX_PORT}, not "${port}".`);
  }
  const masterKey = env.METERR_MASTER_KEY || null;
  if (masterKey !== null && !masterKey.split(",").every(isMasterKey)) {
    return refuse(
      `METERR_MASTER_KEY must be ${MASTER_KEY_BYTES} bytes in base64; \`openssl rand -base64 ${MASTER_KEY_BYTES}\` makes one.`,
    );
  }
  const adminToken = env.METERR_ADMIN_TOKEN || null;
  if (adminToken !== null && !/^[\x21-\x7e]{16,}$/.test(adminToken)) {
    return refuse("METERR_ADMIN_TOKEN must be at least 16 characters, without spaces.");
  }
  const allow = env.METERR_ALLOW_PRIVATE_UPSTREAMS || "0";
  if (allow !== "0" && allow !== "1") {
    return refuse(`METERR_ALLOW_PRIVATE_UPSTREAMS must be 1 or 0, not "${allow}".`);
  }
  return {
    ok: true,
    settings: {
      port: Number(port),
      host: env.HOST || "127.0.0.1",
      state: env.METERR_STATE || ".meterr",
      adminToken,
      masterKey,
      allowPrivateUpstreams: allow === "1",
    },
  };
}

/** One version of a master key: base64, after `<version>:` while keys are being rotated. */
function isMasterKey(text: string): boolean {
  const base64 = text.trim().replace(/^\d+:/, "");
  return /^[A-Za-z0-9+/]+=*$/.test(base64) && Buffer.from(base64, "base64").length === MASTER_KEY_BYTES;
}

function refuse(message: string): SettingsResult {
  return { ok: false, message };
}
