/** The database of people and tenants. Usage is elsewhere in general: see `core/database.ts`. */
import { drizzle } from "drizzle-orm/d1";
import type { Env } from "../env.ts";
import * as schema from "./schema.ts";

export const accountsOf = (env: Env) => drizzle(env.DB, { schema });
