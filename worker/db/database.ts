/** Where D1's data is: the one place that chooses a database. */
import { drizzle } from "drizzle-orm/d1";
import type { Env } from "../env.ts";
import * as schema from "./schema.ts";

/** The database of people and tenants. */
export const accountsOf = (env: Env) => drizzle(env.DB, { schema });
export type Accounts = ReturnType<typeof accountsOf>;

/** The database that holds a tenant's usage. One for all today; by tenant once it has to be more. */
export const usageDatabaseOf = (env: Env, _tenant: string): D1Database => env.DB;

/** All databases that hold usage, for what walks over every tenant. */
export const usageDatabases = (env: Env): D1Database[] => [env.DB];
