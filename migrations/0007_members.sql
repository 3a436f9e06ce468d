-- People of a tenant: how they are invited, what they prove at sign-in, and as whom their keys' usage is booked.
ALTER TABLE user ADD COLUMN two_factor_enabled INTEGER NOT NULL DEFAULT 0;

-- 1: its people get at it only with a second factor.
ALTER TABLE organization ADD COLUMN require_two_factor INTEGER NOT NULL DEFAULT 0;

-- The user of keys, budgets and usage records that this person is in this tenant: their email when they joined. It stays
-- when they change their email, so that what they own stays theirs.
ALTER TABLE member ADD COLUMN party TEXT NOT NULL DEFAULT '';
UPDATE member SET party = (SELECT email FROM user WHERE user.id = member.user_id);
CREATE UNIQUE INDEX member_by_party ON member (organization_id, party);

-- An authenticator's secret and the backup codes, both encrypted with a key that follows from the master key.
CREATE TABLE two_factor (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  secret TEXT NOT NULL,
  backup_codes TEXT NOT NULL,
  -- 0 until a first code was right.
  verified INTEGER NOT NULL,
  -- Wrong codes in a row, and until when no further one is looked at.
  failed_verification_count INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER
);
CREATE UNIQUE INDEX two_factor_by_user ON two_factor (user_id);

-- Nobody could be invited before. An invitation's link carries a secret, of which its SHA-256 is kept; who invites is the
-- audit log's name of them, for tokens and the operator invite as well.
DROP TABLE invitation;
CREATE TABLE invitation (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  -- pending, accepted, canceled.
  status TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  inviter_id TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  -- 1: the link went to the address itself, so that who opens it has shown that the address is theirs.
  emailed INTEGER NOT NULL
);
-- One that can be accepted a person, however many ask at once.
CREATE UNIQUE INDEX invitation_pending ON invitation (organization_id, email) WHERE status = 'pending';
CREATE INDEX invitation_by_organization ON invitation (organization_id, created_at);
CREATE INDEX invitation_by_email ON invitation (email);
