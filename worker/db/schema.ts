/** D1's tables, as `migrations/` makes them; what each column holds is documented there. */
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

const time = (name: string) => integer(name, { mode: "timestamp_ms" });

export const user = sqliteTable("user", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull(),
  image: text("image"),
  createdAt: time("created_at").notNull(),
  updatedAt: time("updated_at").notNull(),
  twoFactorEnabled: integer("two_factor_enabled", { mode: "boolean" }).notNull().default(false),
});

export const twoFactor = sqliteTable("two_factor", {
  id: text("id").primaryKey(),
  userId: text("user_id").notNull().unique(),
  secret: text("secret").notNull(),
  backupCodes: text("backup_codes").notNull(),
  verified: integer("verified", { mode: "boolean" }).notNull(),
  failedVerificationCount: integer("failed_verification_count").notNull().default(0),
  lockedUntil: time("locked_until"),
});

export const session = sqliteTable(
  "session",
  {
    id: text("id").primaryKey(),
    expiresAt: time("expires_at").notNull(),
    token: text("token").notNull().unique(),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    userId: text("user_id").notNull(),
    activeOrganizationId: text("active_organization_id"),
  },
  (table) => [index("session_by_user").on(table.userId)],
);

export const account = sqliteTable(
  "account",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id").notNull(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: time("access_token_expires_at"),
    refreshTokenExpiresAt: time("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (table) => [index("account_by_user").on(table.userId)],
);

export const verification = sqliteTable(
  "verification",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: time("expires_at").notNull(),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (table) => [index("verification_by_identifier").on(table.identifier)],
);

/** A tenant. */
export const organization = sqliteTable(
  "organization",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    slug: text("slug").notNull().unique(),
    logo: text("logo"),
    createdAt: time("created_at").notNull(),
    metadata: text("metadata"),
    rawRetentionDays: integer("raw_retention_days").notNull().default(90),
    requestDigest: text("request_digest"),
    requireTwoFactor: integer("require_two_factor", { mode: "boolean" }).notNull().default(false),
  },
  (table) => [index("organization_by_time").on(table.createdAt, table.id)],
);

export const member = sqliteTable(
  "member",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id").notNull(),
    userId: text("user_id").notNull(),
    role: text("role").notNull(),
    createdAt: time("created_at").notNull(),
    party: text("party").notNull(),
  },
  (table) => [
    uniqueIndex("member_by_user").on(table.userId, table.organizationId),
    uniqueIndex("member_by_party").on(table.organizationId, table.party),
    index("member_by_organization").on(table.organizationId),
  ],
);

export const invitation = sqliteTable(
  "invitation",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id").notNull(),
    email: text("email").notNull(),
    role: text("role").notNull(),
    status: text("status").notNull(),
    expiresAt: time("expires_at").notNull(),
    createdAt: time("created_at").notNull(),
    inviterId: text("inviter_id").notNull(),
    tokenHash: text("token_hash").notNull().unique(),
    emailed: integer("emailed", { mode: "boolean" }).notNull(),
  },
  (table) => [
    index("invitation_by_organization").on(table.organizationId, table.createdAt),
    index("invitation_by_email").on(table.email),
  ],
);

export const rateLimit = sqliteTable("rate_limit", {
  id: text("id").primaryKey(),
  key: text("key").notNull().unique(),
  count: integer("count").notNull(),
  lastRequest: integer("last_request").notNull(),
});

export const usage = sqliteTable(
  "usage",
  {
    id: text("id").notNull(),
    tenant: text("tenant").notNull(),
    time: integer("time").notNull(),
    key: text("key"),
    team: text("team"),
    user: text("user"),
    session: text("session"),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    endpoint: text("endpoint").notNull(),
    status: text("status").notNull(),
    mode: text("mode").notNull(),
    costNanos: integer("cost_nanos"),
    savedNanos: integer("saved_nanos").notNull(),
    tags: text("tags").notNull(),
    event: text("event").notNull(),
  },
  (table) => [
    uniqueIndex("usage_by_time").on(table.tenant, table.time, table.id),
    uniqueIndex("usage_by_id").on(table.tenant, table.id),
    index("usage_by_session").on(table.tenant, table.session, table.time),
  ],
);
