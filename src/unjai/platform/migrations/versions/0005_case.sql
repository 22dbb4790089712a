ALTER TABLE incident ADD COLUMN procedure_id UUID;

ALTER TABLE incident ADD COLUMN timed_from TIMESTAMP WITH TIME ZONE;

CREATE TABLE message_template (
    station_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    codes JSONB NOT NULL,
    title_th TEXT NOT NULL,
    title_en TEXT NOT NULL,
    text_th TEXT NOT NULL,
    text_en TEXT NOT NULL,
    removed BOOLEAN DEFAULT false NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_message_template PRIMARY KEY (station_id, key)
);

CREATE INDEX ix_message_template_station_id ON message_template (station_id);

ALTER TABLE message_template ENABLE ROW LEVEL SECURITY;

ALTER TABLE message_template FORCE ROW LEVEL SECURITY;

CREATE POLICY message_template_station ON message_template USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON message_template TO unjai_app, unjai_worker;

CREATE TABLE procedure (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    steps JSONB NOT NULL,
    built_in BOOLEAN NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by TEXT NOT NULL,
    CONSTRAINT pk_procedure PRIMARY KEY (id),
    CONSTRAINT uq_procedure_station_id_code_version UNIQUE (station_id, code, version)
);

CREATE INDEX ix_procedure_station_id ON procedure (station_id);

ALTER TABLE procedure ENABLE ROW LEVEL SECURITY;

ALTER TABLE procedure FORCE ROW LEVEL SECURITY;

CREATE POLICY procedure_station ON procedure USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON procedure TO unjai_app, unjai_worker;

CREATE TABLE wait_limit (
    station_id INTEGER NOT NULL,
    scope TEXT NOT NULL,
    acknowledge_s INTEGER,
    assign_s INTEGER,
    arrive_s INTEGER,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_wait_limit PRIMARY KEY (station_id, scope)
);

CREATE INDEX ix_wait_limit_station_id ON wait_limit (station_id);

ALTER TABLE wait_limit ENABLE ROW LEVEL SECURITY;

ALTER TABLE wait_limit FORCE ROW LEVEL SECURITY;

CREATE POLICY wait_limit_station ON wait_limit USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON wait_limit TO unjai_app, unjai_worker;

CREATE TABLE attachment (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    incident_id UUID NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sort TEXT NOT NULL,
    digest TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    shown_digest TEXT NOT NULL,
    caption TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE,
    by TEXT NOT NULL,
    unit_id UUID,
    removed_at TIMESTAMP WITH TIME ZONE,
    removed_by TEXT,
    why_removed TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_attachment PRIMARY KEY (id),
    CONSTRAINT fk_attachment_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_attachment_digest ON attachment (digest);

CREATE INDEX ix_attachment_incident_id ON attachment (incident_id);

CREATE INDEX ix_attachment_station_id ON attachment (station_id);

ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;

ALTER TABLE attachment FORCE ROW LEVEL SECURITY;

CREATE POLICY attachment_station ON attachment USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'attachment.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON attachment TO unjai_app, unjai_worker;

CREATE TABLE case_file (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    incident_id UUID NOT NULL,
    digest TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    entries INTEGER NOT NULL,
    key_print TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE,
    received_by TEXT,
    received_account UUID,
    CONSTRAINT pk_case_file PRIMARY KEY (id),
    CONSTRAINT fk_case_file_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_case_file_incident_id ON case_file (incident_id);

CREATE INDEX ix_case_file_station_id ON case_file (station_id);

ALTER TABLE case_file ENABLE ROW LEVEL SECURITY;

ALTER TABLE case_file FORCE ROW LEVEL SECURITY;

CREATE POLICY case_file_station ON case_file USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON case_file TO unjai_app, unjai_worker;

CREATE TABLE overdue (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    incident_id UUID NOT NULL,
    wait TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    limit_s INTEGER NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    priority INTEGER NOT NULL,
    code TEXT NOT NULL,
    mended_at TIMESTAMP WITH TIME ZONE,
    taken_at TIMESTAMP WITH TIME ZONE,
    taken_by TEXT,
    word TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_overdue PRIMARY KEY (id),
    CONSTRAINT uq_overdue_incident_id_wait_since UNIQUE (incident_id, wait, since),
    CONSTRAINT ck_overdue_wait CHECK (wait IN ('acknowledge', 'assign', 'arrive')),
    CONSTRAINT fk_overdue_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_overdue_open ON overdue (incident_id) WHERE mended_at IS NULL;

CREATE INDEX ix_overdue_raised ON overdue (station_id, raised_at);

CREATE INDEX ix_overdue_station_id ON overdue (station_id);

ALTER TABLE overdue ENABLE ROW LEVEL SECURITY;

ALTER TABLE overdue FORCE ROW LEVEL SECURITY;

CREATE POLICY overdue_station ON overdue USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON overdue TO unjai_app, unjai_worker;

CREATE TABLE party (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    incident_id UUID NOT NULL,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    masked TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE,
    removed_at TIMESTAMP WITH TIME ZONE,
    removed_by TEXT,
    forgotten_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_party PRIMARY KEY (id),
    CONSTRAINT ck_party_kind CHECK (kind IN ('person', 'vehicle')),
    CONSTRAINT fk_party_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_party_incident_id ON party (incident_id);

CREATE INDEX ix_party_station_id ON party (station_id);

ALTER TABLE party ENABLE ROW LEVEL SECURITY;

ALTER TABLE party FORCE ROW LEVEL SECURITY;

CREATE POLICY party_station ON party USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON party TO unjai_app, unjai_worker;

CREATE TABLE procedure_gap (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    incident_id UUID NOT NULL,
    procedure_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_by TEXT NOT NULL,
    steps JSONB NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    seen_by TEXT,
    word TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_procedure_gap PRIMARY KEY (id),
    CONSTRAINT fk_procedure_gap_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id),
    CONSTRAINT fk_procedure_gap_procedure_id FOREIGN KEY(procedure_id) REFERENCES procedure (id)
);

CREATE INDEX ix_procedure_gap_incident_id ON procedure_gap (incident_id);

CREATE INDEX ix_procedure_gap_station_id ON procedure_gap (station_id);

CREATE INDEX ix_procedure_gap_unseen ON procedure_gap (station_id, at) WHERE seen_at IS NULL;

ALTER TABLE procedure_gap ENABLE ROW LEVEL SECURITY;

ALTER TABLE procedure_gap FORCE ROW LEVEL SECURITY;

CREATE POLICY procedure_gap_station ON procedure_gap USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON procedure_gap TO unjai_app, unjai_worker;

CREATE TABLE procedure_mark (
    station_id INTEGER NOT NULL,
    incident_id UUID NOT NULL,
    procedure_id UUID NOT NULL,
    key TEXT NOT NULL,
    mark TEXT NOT NULL,
    answer TEXT,
    reason TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_procedure_mark PRIMARY KEY (incident_id, procedure_id, key),
    CONSTRAINT ck_procedure_mark_mark CHECK (mark IN ('done', 'skipped')),
    CONSTRAINT fk_procedure_mark_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id),
    CONSTRAINT fk_procedure_mark_procedure_id FOREIGN KEY(procedure_id) REFERENCES procedure (id)
);

CREATE INDEX ix_procedure_mark_station_id ON procedure_mark (station_id);

ALTER TABLE procedure_mark ENABLE ROW LEVEL SECURITY;

ALTER TABLE procedure_mark FORCE ROW LEVEL SECURITY;

CREATE POLICY procedure_mark_station ON procedure_mark USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON procedure_mark TO unjai_app, unjai_worker;

CREATE TABLE party_detail (
    station_id INTEGER NOT NULL,
    party_id UUID NOT NULL,
    facts JSONB NOT NULL,
    CONSTRAINT pk_party_detail PRIMARY KEY (party_id),
    CONSTRAINT fk_party_detail_party_id FOREIGN KEY(party_id) REFERENCES party (id)
);

CREATE INDEX ix_party_detail_station_id ON party_detail (station_id);

ALTER TABLE party_detail ENABLE ROW LEVEL SECURITY;

ALTER TABLE party_detail FORCE ROW LEVEL SECURITY;

CREATE POLICY party_detail_station ON party_detail USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'party.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON party_detail TO unjai_app, unjai_worker;
