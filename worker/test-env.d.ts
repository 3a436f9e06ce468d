/** What only tests bind, in `vitest.config.ts`. */
declare namespace Cloudflare {
  interface Env {
    METERR_ALLOW_PRIVATE_UPSTREAMS: string;
    /** Names of the files in `migrations/`, sorted. */
    MIGRATION_FILES: string[];
  }
}
