CREATE TABLE evidence (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    number TEXT NOT NULL,
    state TEXT DEFAULT 'asked' NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_by TEXT NOT NULL,
    asked_account UUID,
    reason TEXT NOT NULL,
    case_number TEXT DEFAULT '' NOT NULL,
    incident_id UUID,
    incident_number TEXT DEFAULT '' NOT NULL,
    pieces JSONB NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    beyond BOOLEAN DEFAULT false NOT NULL,
    second JSONB,
    audit_id UUID NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    error_code TEXT DEFAULT '' NOT NULL,
    error_facts JSONB DEFAULT '{}'::jsonb NOT NULL,
    manifest JSONB,
    digest TEXT DEFAULT '' NOT NULL,
    size_bytes BIGINT DEFAULT 0 NOT NULL,
    key_print TEXT DEFAULT '' NOT NULL,
    held BOOLEAN DEFAULT true NOT NULL,
    hold_on_disc BOOLEAN DEFAULT true NOT NULL,
    kept BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_evidence PRIMARY KEY (id),
    CONSTRAINT ck_evidence_state CHECK (state IN ('asked', 'making', 'sealed', 'failed', 'removed')),
    CONSTRAINT uq_evidence_station_id_number UNIQUE (station_id, number)
);

CREATE INDEX ix_evidence_incident_id ON evidence (incident_id);

CREATE INDEX ix_evidence_open ON evidence (asked_at) WHERE state IN ('asked', 'making');

CREATE INDEX ix_evidence_station_id ON evidence (station_id);

ALTER TABLE evidence ENABLE ROW LEVEL SECURITY;

ALTER TABLE evidence FORCE ROW LEVEL SECURITY;

CREATE POLICY evidence_station ON evidence USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON evidence TO unjai_app, unjai_worker;

CREATE TABLE evidence_step (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    evidence_id UUID NOT NULL,
    what TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    facts JSONB DEFAULT '{}'::jsonb NOT NULL,
    audit_id UUID NOT NULL,
    CONSTRAINT pk_evidence_step PRIMARY KEY (id),
    CONSTRAINT fk_evidence_step_evidence_id FOREIGN KEY(evidence_id) REFERENCES evidence (id) ON DELETE CASCADE
);

CREATE INDEX ix_evidence_step_evidence_id ON evidence_step (evidence_id);

CREATE INDEX ix_evidence_step_station_id ON evidence_step (station_id);

ALTER TABLE evidence_step ENABLE ROW LEVEL SECURITY;

ALTER TABLE evidence_step FORCE ROW LEVEL SECURITY;

CREATE POLICY evidence_step_station ON evidence_step USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON evidence_step TO unjai_app, unjai_worker;
