CREATE TABLE patrol_beat (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_patrol_beat PRIMARY KEY (id),
    CONSTRAINT uq_patrol_beat_station_id_code UNIQUE (station_id, code)
);

CREATE INDEX ix_patrol_beat_station_id ON patrol_beat (station_id);

ALTER TABLE patrol_beat ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_beat FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_beat_station ON patrol_beat USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_beat TO unjai_app, unjai_worker;

CREATE TABLE patrol_checkpoint (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    beat_id UUID,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    kind TEXT NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    radius_m DOUBLE PRECISION NOT NULL,
    proofs TEXT[] NOT NULL,
    nfc_digest TEXT DEFAULT '' NOT NULL,
    owner_name TEXT DEFAULT '' NOT NULL,
    owner_contact TEXT DEFAULT '' NOT NULL,
    tell_owner BOOLEAN DEFAULT false NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    retired BOOLEAN DEFAULT false NOT NULL,
    serial INTEGER DEFAULT 1 NOT NULL,
    sealed BYTEA,
    version INTEGER DEFAULT 1 NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_patrol_checkpoint PRIMARY KEY (id),
    CONSTRAINT uq_patrol_checkpoint_station_id_code UNIQUE (station_id, code),
    CONSTRAINT fk_patrol_checkpoint_beat_id FOREIGN KEY(beat_id) REFERENCES patrol_beat (id) ON DELETE SET NULL
);

CREATE INDEX ix_patrol_checkpoint_beat_id ON patrol_checkpoint (beat_id);

CREATE INDEX ix_patrol_checkpoint_station_id ON patrol_checkpoint (station_id);

ALTER TABLE patrol_checkpoint ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_checkpoint FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_checkpoint_station ON patrol_checkpoint USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_checkpoint TO unjai_app, unjai_worker;

CREATE TABLE patrol_checkpoint_change (
    station_id INTEGER NOT NULL,
    checkpoint_id UUID NOT NULL,
    version INTEGER NOT NULL,
    before JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_patrol_checkpoint_change PRIMARY KEY (checkpoint_id, version),
    CONSTRAINT fk_patrol_checkpoint_change_checkpoint_id FOREIGN KEY(checkpoint_id) REFERENCES patrol_checkpoint (id) ON DELETE CASCADE
);

CREATE INDEX ix_patrol_checkpoint_change_station_id ON patrol_checkpoint_change (station_id);

ALTER TABLE patrol_checkpoint_change ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_checkpoint_change FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_checkpoint_change_station ON patrol_checkpoint_change USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_checkpoint_change TO unjai_app, unjai_worker;

CREATE TABLE patrol_phone (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    name TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    digest TEXT NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_by TEXT DEFAULT '' NOT NULL,
    revoked_why TEXT DEFAULT '' NOT NULL,
    head_seq BIGINT DEFAULT 0 NOT NULL,
    head_digest TEXT NOT NULL,
    heard_at TIMESTAMP WITH TIME ZONE,
    offset_s DOUBLE PRECISION,
    CONSTRAINT pk_patrol_phone PRIMARY KEY (id),
    CONSTRAINT fk_patrol_phone_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT uq_patrol_phone_digest UNIQUE (digest)
);

CREATE INDEX ix_patrol_phone_account_id ON patrol_phone (account_id);

CREATE INDEX ix_patrol_phone_station_id ON patrol_phone (station_id);

ALTER TABLE patrol_phone ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_phone FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_phone_station ON patrol_phone USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_phone TO unjai_app, unjai_worker;

CREATE TABLE patrol_photo (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    digest TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    media_type TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL,
    bits BIGINT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    kept_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_patrol_photo PRIMARY KEY (id),
    CONSTRAINT ck_patrol_photo_state CHECK (state IN ('coming', 'kept', 'refused')),
    CONSTRAINT fk_patrol_photo_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE INDEX ix_patrol_photo_kept ON patrol_photo (station_id, kept_at);

CREATE INDEX ix_patrol_photo_station_id ON patrol_photo (station_id);

ALTER TABLE patrol_photo ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_photo FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_photo_station ON patrol_photo USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_photo TO unjai_app, unjai_worker;

CREATE TABLE patrol_refused (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    phone_id UUID,
    digest TEXT NOT NULL,
    code TEXT NOT NULL,
    facts JSONB NOT NULL,
    body BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    times INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_patrol_refused PRIMARY KEY (id),
    CONSTRAINT uq_patrol_refused_account_id_digest_code UNIQUE (account_id, digest, code),
    CONSTRAINT fk_patrol_refused_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE INDEX ix_patrol_refused_at ON patrol_refused (station_id, at);

CREATE INDEX ix_patrol_refused_station_id ON patrol_refused (station_id);

ALTER TABLE patrol_refused ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_refused FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_refused_station ON patrol_refused USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_refused TO unjai_app, unjai_worker;

CREATE TABLE patrol_finding (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    phone_id UUID NOT NULL,
    item_digest TEXT NOT NULL,
    account_id UUID NOT NULL,
    unit_id UUID,
    checkpoint_id UUID,
    what TEXT NOT NULL,
    text TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    accuracy_m DOUBLE PRECISION,
    photos UUID[] NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    late_s INTEGER NOT NULL,
    chain TEXT NOT NULL,
    candidate TEXT NOT NULL,
    incident_id UUID,
    settled_at TIMESTAMP WITH TIME ZONE,
    settled_by TEXT DEFAULT '' NOT NULL,
    settled_note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_patrol_finding PRIMARY KEY (id),
    CONSTRAINT uq_patrol_finding_phone_id_item_digest UNIQUE (phone_id, item_digest),
    CONSTRAINT ck_patrol_finding_what CHECK (what IN ('light_out', 'camera_turned', 'gathering', 'vehicle', 'other')),
    CONSTRAINT ck_patrol_finding_candidate CHECK (candidate IN ('works', 'camera', 'risk_spot', 'none')),
    CONSTRAINT fk_patrol_finding_phone_id FOREIGN KEY(phone_id) REFERENCES patrol_phone (id) ON DELETE CASCADE,
    CONSTRAINT fk_patrol_finding_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT fk_patrol_finding_checkpoint_id FOREIGN KEY(checkpoint_id) REFERENCES patrol_checkpoint (id) ON DELETE SET NULL
);

CREATE INDEX ix_patrol_finding_day ON patrol_finding (station_id, happened_at);

CREATE INDEX ix_patrol_finding_station_id ON patrol_finding (station_id);

ALTER TABLE patrol_finding ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_finding FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_finding_station ON patrol_finding USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_finding TO unjai_app, unjai_worker;

CREATE TABLE patrol_item (
    station_id INTEGER NOT NULL,
    phone_id UUID NOT NULL,
    digest TEXT NOT NULL,
    seq BIGINT NOT NULL,
    prev TEXT NOT NULL,
    item_id UUID NOT NULL,
    kind TEXT NOT NULL,
    chain TEXT NOT NULL,
    body BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    offset_s DOUBLE PRECISION NOT NULL,
    linked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_patrol_item PRIMARY KEY (phone_id, digest),
    CONSTRAINT ck_patrol_item_kind CHECK (kind IN ('visit', 'finding')),
    CONSTRAINT ck_patrol_item_chain CHECK (chain IN ('next', 'gap', 'joined', 'fork')),
    CONSTRAINT fk_patrol_item_phone_id FOREIGN KEY(phone_id) REFERENCES patrol_phone (id) ON DELETE CASCADE
);

CREATE INDEX ix_patrol_item_item ON patrol_item (station_id, item_id);

CREATE INDEX ix_patrol_item_station_id ON patrol_item (station_id);

CREATE INDEX ix_patrol_item_waits ON patrol_item (phone_id, seq) WHERE chain = 'gap';

ALTER TABLE patrol_item ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_item FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_item_station ON patrol_item USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_item TO unjai_app, unjai_worker;

CREATE TABLE patrol_visit (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    phone_id UUID NOT NULL,
    item_digest TEXT NOT NULL,
    account_id UUID NOT NULL,
    unit_id UUID,
    checkpoint_id UUID NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    late_s INTEGER NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    accuracy_m DOUBLE PRECISION,
    said JSONB NOT NULL,
    chain TEXT NOT NULL,
    score INTEGER NOT NULL,
    state TEXT NOT NULL,
    parts JSONB NOT NULL,
    judged_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_patrol_visit PRIMARY KEY (id),
    CONSTRAINT uq_patrol_visit_phone_id_item_digest UNIQUE (phone_id, item_digest),
    CONSTRAINT ck_patrol_visit_state CHECK (state IN ('proven', 'doubted', 'refused')),
    CONSTRAINT fk_patrol_visit_phone_id FOREIGN KEY(phone_id) REFERENCES patrol_phone (id) ON DELETE CASCADE,
    CONSTRAINT fk_patrol_visit_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT fk_patrol_visit_checkpoint_id FOREIGN KEY(checkpoint_id) REFERENCES patrol_checkpoint (id) ON DELETE CASCADE
);

CREATE INDEX ix_patrol_visit_account ON patrol_visit (account_id, happened_at);

CREATE INDEX ix_patrol_visit_checkpoint ON patrol_visit (checkpoint_id, happened_at);

CREATE INDEX ix_patrol_visit_day ON patrol_visit (station_id, happened_at);

CREATE INDEX ix_patrol_visit_station_id ON patrol_visit (station_id);

ALTER TABLE patrol_visit ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_visit FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_visit_station ON patrol_visit USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_visit TO unjai_app, unjai_worker;

CREATE TABLE patrol_owner_message (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    visit_id UUID NOT NULL,
    checkpoint_id UUID NOT NULL,
    text_th TEXT NOT NULL,
    text_en TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    sent_by TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_patrol_owner_message PRIMARY KEY (id),
    CONSTRAINT uq_patrol_owner_message_visit_id UNIQUE (visit_id),
    CONSTRAINT fk_patrol_owner_message_visit_id FOREIGN KEY(visit_id) REFERENCES patrol_visit (id) ON DELETE CASCADE,
    CONSTRAINT fk_patrol_owner_message_checkpoint_id FOREIGN KEY(checkpoint_id) REFERENCES patrol_checkpoint (id) ON DELETE CASCADE
);

CREATE INDEX ix_patrol_owner_message_station_id ON patrol_owner_message (station_id);

CREATE INDEX ix_patrol_owner_message_waits ON patrol_owner_message (station_id, made_at) WHERE sent_at IS NULL;

ALTER TABLE patrol_owner_message ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_owner_message FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_owner_message_station ON patrol_owner_message USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_owner_message TO unjai_app, unjai_worker;
