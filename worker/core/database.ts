/** Which D1 database has a tenant's usage. */

/** The database of `tenant`: one for all now, several later; nobody else chooses. */
export const databaseOf = (env: { DB: D1Database }, _tenant: string): D1Database => env.DB;
