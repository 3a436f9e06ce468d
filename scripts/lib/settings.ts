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
  const masterKeyProblem = masterKey === null ? null : problemOfMasterKey(masterKey);
  if (masterKeyProblem !== null) return refuse(`METERR_MASTER_KEY ${masterKeyProblem}`);
  const adminToken = env.METERR_ADMIN_TOKEN || null;
  if (adminToken !== null && !/^[\x21-\x7e]{16,}$/.test(adminToken)) {
    return refuse("METERR_ADMIN_TOKEN must be at least 16 characters, without spaces.");
  }
  const allow = env.METERR_ALLOW_PRIVATE_UPSTREAMS || "0";
  if (allow !== "0" && allow !== "1") {
    return refuse(`METERR_ALLOW_PRIVATE_UPSTREAMS must be 1 or 0, not "${allow}".`);
  }
  const signUp = env.METERR_SIGN_UP || "closed";
  if (signUp !== "open" && signUp !== "closed") {
    return refuse(`METERR_SIGN_UP must be open or closed, not "${signUp}".`);
  }
  for (const name of ["METERR_PUBLIC_URL", "METERR_EMAIL_URL"]) {
    if (env[name] && !/^https?:$/.test(protocolOf(env[name]))) {
      return refuse(`${name} must be an address that begins with https://, not "${env[name]}".`);
    }
  }
  for (const app of ["METERR_GITHUB", "METERR_GOOGLE"]) {
    if (!env[`${app}_CLIENT_ID`] !== !env[`${app}_CLIENT_SECRET`]) {
      return refuse(`${app}_CLIENT_ID and ${app}_CLIENT_SECRET go together: one of them is not set.`);
    }
  }
  if (env.METERR_EMAIL_URL && !env.METERR_EMAIL_FROM) {
    return refuse("METERR_EMAIL_URL sends nothing without METERR_EMAIL_FROM.");
  }
  return {
    ok: true,
    settings: {
      port: Number(port),
      // An IPv6 address may come as a URL has it.
      host: (env.HOST || "127.0.0.1").replace(/^\[(.*)\]$/, "$1"),
      state: env.METERR_STATE || ".meterr",
      adminToken,
      masterKey,
      allowPrivateUpstreams: allow === "1",
    },
  };
}

/** What is wrong with a master key, or null. While keys are being rotated it is a list of `<version>:<base64>`. */
export function problemOfMasterKey(text: string): string | null {
  const parts = text.split(",").map((part) => /^(?:([^:]*):)?(.*)$/s.exec(part.trim()) ?? []);
  if (!parts.every(([, version]) => version === undefined || /^[0-9A-Za-z]$/.test(version))) {
    return "has a version that is not one letter or digit.";
  }
  const versions = parts.map(([, version = "1"]) => version);
  if (new Set(versions).size < versions.length) {
    return "names a version twice (a key without a number is version 1).";
  }
  const isKey = (base64: string) =>
    /^[A-Za-z0-9+/]+=*$/.test(base64) && Buffer.from(base64, "base64").length === MASTER_KEY_BYTES;
  if (parts.every(([, , base64 = ""]) => isKey(base64))) return null;
  return `must be ${MASTER_KEY_BYTES} bytes in base64; \`openssl rand -base64 ${MASTER_KEY_BYTES}\` makes one.`;
}

/** The protocol of a URL, with its colon; empty where it is none. */
const protocolOf = (text: string): string => (URL.canParse(text) ? new URL(text).protocol : "");

function refuse(message: string): SettingsResult {
  return { ok: false, message };
}
