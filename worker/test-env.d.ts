/** What tests find in `env` of `cloudflare:workers` beside the bindings of `wrangler.toml`: see `vitest.config.ts`. */
declare namespace Cloudflare {
  interface Env {
    METERR_ADMIN_TOKEN: string;
    METERR_MASTER_KEY: string;
    METERR_ALLOW_PRIVATE_UPSTREAMS: string;
    /** Names of the files in `migrations/`, sorted. */
    MIGRATION_FILES: string[];
  }
}
