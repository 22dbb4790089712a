CREATE TABLE release_copy (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    evidence_id UUID NOT NULL,
    number TEXT NOT NULL,
    state TEXT DEFAULT 'asked' NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_by TEXT NOT NULL,
    recipient TEXT NOT NULL,
    agency TEXT NOT NULL,
    sort TEXT NOT NULL,
    purpose TEXT NOT NULL,
    files JSONB NOT NULL,
    style TEXT NOT NULL,
    second JSONB,
    audit_id UUID NOT NULL,
    revision INTEGER DEFAULT 0 NOT NULL,
    marks JSONB DEFAULT '[]'::jsonb NOT NULL,
    found JSONB DEFAULT '[]'::jsonb NOT NULL,
    looked_account UUID,
    looked_by TEXT DEFAULT '' NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE,
    looked_revision INTEGER DEFAULT 0 NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    error_code TEXT DEFAULT '' NOT NULL,
    error_facts JSONB DEFAULT '{}'::jsonb NOT NULL,
    released_by TEXT DEFAULT '' NOT NULL,
    released_at TIMESTAMP WITH TIME ZONE,
    manifest JSONB,
    digest TEXT DEFAULT '' NOT NULL,
    size_bytes BIGINT DEFAULT 0 NOT NULL,
    key_print TEXT DEFAULT '' NOT NULL,
    kept BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_release_copy PRIMARY KEY (id),
    CONSTRAINT ck_release_copy_state CHECK (state IN ('asked', 'blurring', 'look', 'confirmed', 'sealing', 'sealed', 'failed', 'removed')),
    CONSTRAINT ck_release_copy_sort CHECK (sort IN ('media', 'insurer', 'court', 'other')),
    CONSTRAINT uq_release_copy_station_id_number UNIQUE (station_id, number),
    CONSTRAINT fk_release_copy_evidence_id FOREIGN KEY(evidence_id) REFERENCES evidence (id) ON DELETE CASCADE
);

CREATE INDEX ix_release_copy_evidence_id ON release_copy (evidence_id);

CREATE INDEX ix_release_copy_open ON release_copy (asked_at) WHERE state IN ('asked', 'blurring', 'confirmed', 'sealing');

CREATE INDEX ix_release_copy_station_id ON release_copy (station_id);

ALTER TABLE release_copy ENABLE ROW LEVEL SECURITY;

ALTER TABLE release_copy FORCE ROW LEVEL SECURITY;

CREATE POLICY release_copy_station ON release_copy USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON release_copy TO unjai_app, unjai_worker;

ALTER TABLE evidence ADD COLUMN stamp TEXT DEFAULT '' NOT NULL;

ALTER TABLE evidence ADD COLUMN stamp_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE evidence ADD COLUMN stamp_tried_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE evidence ADD COLUMN stamp_facts JSONB DEFAULT '{}'::jsonb NOT NULL;

ALTER TABLE evidence ADD CONSTRAINT ck_evidence_stamp CHECK (stamp IN ('', 'wanted', 'missing', 'stamped'));
