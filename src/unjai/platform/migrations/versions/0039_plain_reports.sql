CREATE TABLE plain_report (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    number TEXT NOT NULL,
    secret BYTEA NOT NULL,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    place_text TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    accuracy_m DOUBLE PRECISION,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    urgent BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    line TEXT DEFAULT '' NOT NULL,
    promised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    first_answered_at TIMESTAMP WITH TIME ZONE,
    in_time BOOLEAN,
    reopened INTEGER DEFAULT 0 NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_why TEXT DEFAULT '' NOT NULL,
    last_no INTEGER DEFAULT 0 NOT NULL,
    joined_to UUID,
    incident_id UUID,
    finding_id UUID,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_plain_report PRIMARY KEY (id),
    CONSTRAINT uq_plain_report_station_id_number UNIQUE (station_id, number),
    CONSTRAINT ck_plain_report_kind CHECK (kind IN ('light', 'rubbish', 'noise', 'drugs', 'other')),
    CONSTRAINT ck_plain_report_state CHECK (state IN ('new', 'taken', 'waiting', 'answered', 'reopened', 'closed')),
    CONSTRAINT ck_plain_report_closed_why CHECK (closed_why IN ('', 'fixed', 'lapsed')),
    CONSTRAINT fk_plain_report_joined_to FOREIGN KEY(joined_to) REFERENCES plain_report (id) ON DELETE SET NULL
);

CREATE INDEX ix_plain_report_joined_to ON plain_report (joined_to);

CREATE INDEX ix_plain_report_open ON plain_report (station_id, promised_at) WHERE state IN ('new', 'taken', 'waiting', 'reopened');

CREATE INDEX ix_plain_report_received_at ON plain_report (station_id, received_at);

CREATE INDEX ix_plain_report_station_id ON plain_report (station_id);

ALTER TABLE plain_report ENABLE ROW LEVEL SECURITY;

ALTER TABLE plain_report FORCE ROW LEVEL SECURITY;

CREATE POLICY plain_report_station ON plain_report USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plain_report TO unjai_app, unjai_worker;

CREATE TABLE plain_phone (
    station_id INTEGER NOT NULL,
    report_id UUID NOT NULL,
    phone TEXT NOT NULL,
    CONSTRAINT pk_plain_phone PRIMARY KEY (report_id),
    CONSTRAINT fk_plain_phone_report_id FOREIGN KEY(report_id) REFERENCES plain_report (id) ON DELETE CASCADE
);

CREATE INDEX ix_plain_phone_station_id ON plain_phone (station_id);

ALTER TABLE plain_phone ENABLE ROW LEVEL SECURITY;

ALTER TABLE plain_phone FORCE ROW LEVEL SECURITY;

CREATE POLICY plain_phone_station ON plain_phone USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'caller.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plain_phone TO unjai_app, unjai_worker;

CREATE TABLE plain_photo (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    report_id UUID NOT NULL,
    said_id UUID,
    digest TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    body BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_plain_photo PRIMARY KEY (id),
    CONSTRAINT fk_plain_photo_report_id FOREIGN KEY(report_id) REFERENCES plain_report (id) ON DELETE CASCADE
);

CREATE INDEX ix_plain_photo_at ON plain_photo (station_id, at);

CREATE INDEX ix_plain_photo_digest ON plain_photo (station_id, digest);

CREATE INDEX ix_plain_photo_report_id ON plain_photo (report_id);

CREATE INDEX ix_plain_photo_station_id ON plain_photo (station_id);

ALTER TABLE plain_photo ENABLE ROW LEVEL SECURITY;

ALTER TABLE plain_photo FORCE ROW LEVEL SECURITY;

CREATE POLICY plain_photo_station ON plain_photo USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plain_photo TO unjai_app, unjai_worker;

CREATE TABLE plain_said (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    report_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    what TEXT NOT NULL,
    text_th TEXT DEFAULT '' NOT NULL,
    text_en TEXT DEFAULT '' NOT NULL,
    who TEXT DEFAULT '' NOT NULL,
    no INTEGER,
    CONSTRAINT pk_plain_said PRIMARY KEY (id),
    CONSTRAINT ck_plain_said_by CHECK (by IN ('reporter', 'station')),
    CONSTRAINT fk_plain_said_report_id FOREIGN KEY(report_id) REFERENCES plain_report (id) ON DELETE CASCADE
);

CREATE INDEX ix_plain_said_report_id ON plain_said (report_id);

CREATE INDEX ix_plain_said_station_id ON plain_said (station_id);

ALTER TABLE plain_said ENABLE ROW LEVEL SECURITY;

ALTER TABLE plain_said FORCE ROW LEVEL SECURITY;

CREATE POLICY plain_said_station ON plain_said USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plain_said TO unjai_app, unjai_worker;

ALTER TABLE patrol_finding ALTER COLUMN phone_id DROP NOT NULL;
