CREATE TABLE identity_policy (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    second_factor_roles TEXT[] NOT NULL,
    second_factor_since TIMESTAMP WITH TIME ZONE NOT NULL,
    grace_days INTEGER NOT NULL,
    remember_days INTEGER NOT NULL,
    idle_minutes INTEGER NOT NULL,
    break_glass_minutes INTEGER NOT NULL,
    review_days INTEGER NOT NULL,
    one_person TEXT[] NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_identity_policy PRIMARY KEY (id)
);

CREATE INDEX ix_identity_policy_station_id ON identity_policy (station_id);

CREATE UNIQUE INDEX ux_identity_policy_station_id ON identity_policy (station_id);

ALTER TABLE identity_policy ENABLE ROW LEVEL SECURITY;

ALTER TABLE identity_policy FORCE ROW LEVEL SECURITY;

CREATE POLICY identity_policy_station ON identity_policy USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON identity_policy TO unjai_app, unjai_worker;

CREATE TABLE approval (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    facts JSONB NOT NULL,
    digest BYTEA NOT NULL,
    about_th TEXT NOT NULL,
    about_en TEXT NOT NULL,
    reason TEXT NOT NULL,
    proposed_by UUID NOT NULL,
    proposer_name TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT DEFAULT 'pending' NOT NULL,
    settled_by UUID,
    settler_name TEXT DEFAULT '' NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_approval PRIMARY KEY (id),
    CONSTRAINT ck_approval_state CHECK (state IN ('pending', 'approved', 'refused', 'withdrawn', 'expired')),
    CONSTRAINT ck_approval_second_person CHECK (settled_by IS NULL OR settled_by <> proposed_by OR state = 'withdrawn'),
    CONSTRAINT ck_approval_settled CHECK ((state = 'pending') = (settled_at IS NULL)),
    CONSTRAINT fk_approval_proposed_by FOREIGN KEY(proposed_by) REFERENCES account (id),
    CONSTRAINT fk_approval_settled_by FOREIGN KEY(settled_by) REFERENCES account (id)
);

CREATE INDEX ix_approval_station_id ON approval (station_id);

CREATE INDEX ix_approval_station_id_proposed_at ON approval (station_id, proposed_at);

CREATE UNIQUE INDEX ux_approval_pending ON approval (station_id, action, subject) WHERE state = 'pending';

ALTER TABLE approval ENABLE ROW LEVEL SECURITY;

ALTER TABLE approval FORCE ROW LEVEL SECURITY;

CREATE POLICY approval_station ON approval USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON approval TO unjai_app, unjai_worker;

CREATE TABLE break_glass (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    account_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    case_number TEXT NOT NULL,
    gained TEXT[] NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by TEXT DEFAULT '' NOT NULL,
    review_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reviewed_at TIMESTAMP WITH TIME ZONE,
    reviewed_by UUID,
    reviewer_name TEXT DEFAULT '' NOT NULL,
    verdict TEXT,
    review_note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_break_glass PRIMARY KEY (id),
    CONSTRAINT ck_break_glass_verdict CHECK (verdict IN ('justified', 'not_justified')),
    CONSTRAINT ck_break_glass_reviewed CHECK ((verdict IS NULL) = (reviewed_at IS NULL)),
    CONSTRAINT ck_break_glass_order CHECK (ends_at > taken_at),
    CONSTRAINT fk_break_glass_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT fk_break_glass_reviewed_by FOREIGN KEY(reviewed_by) REFERENCES account (id)
);

CREATE INDEX ix_break_glass_station_id ON break_glass (station_id);

CREATE INDEX ix_break_glass_station_id_taken_at ON break_glass (station_id, taken_at);

CREATE UNIQUE INDEX ux_break_glass_open ON break_glass (account_id) WHERE ended_at IS NULL;

ALTER TABLE break_glass ENABLE ROW LEVEL SECURITY;

ALTER TABLE break_glass FORCE ROW LEVEL SECURITY;

CREATE POLICY break_glass_station ON break_glass USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON break_glass TO unjai_app, unjai_worker;

CREATE TABLE pending_sign_in (
    token_hash BYTEA NOT NULL,
    account_id UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_pending_sign_in PRIMARY KEY (token_hash),
    CONSTRAINT fk_pending_sign_in_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE INDEX ix_pending_sign_in_account_id ON pending_sign_in (account_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON pending_sign_in TO unjai_app, unjai_worker;

CREATE TABLE recovery_code (
    account_id UUID NOT NULL,
    code_hash BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_recovery_code PRIMARY KEY (account_id, code_hash),
    CONSTRAINT fk_recovery_code_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_code TO unjai_app, unjai_worker;

CREATE TABLE second_factor (
    account_id UUID NOT NULL,
    secret BYTEA,
    fresh BYTEA,
    fresh_at TIMESTAMP WITH TIME ZONE,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    last_step BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_second_factor PRIMARY KEY (account_id),
    CONSTRAINT fk_second_factor_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON second_factor TO unjai_app, unjai_worker;

CREATE TABLE trusted_phone (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used TIMESTAMP WITH TIME ZONE NOT NULL,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    CONSTRAINT pk_trusted_phone PRIMARY KEY (id),
    CONSTRAINT fk_trusted_phone_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT uq_trusted_phone_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_trusted_phone_account_id ON trusted_phone (account_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON trusted_phone TO unjai_app, unjai_worker;

ALTER TABLE session ADD COLUMN second_factor TEXT DEFAULT 'none' NOT NULL;

ALTER TABLE session ADD CONSTRAINT ck_session_second_factor CHECK (second_factor IN ('none', 'code', 'recovery', 'phone'));
