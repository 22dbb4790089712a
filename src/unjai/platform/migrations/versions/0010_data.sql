CREATE TABLE import_file (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    by TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    content BYTEA NOT NULL,
    choices JSONB,
    outcome TEXT DEFAULT '' NOT NULL,
    report BYTEA,
    staged_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_import_file PRIMARY KEY (id)
);

CREATE INDEX ix_import_file_staged_at ON import_file (staged_at);

CREATE INDEX ix_import_file_station_id ON import_file (station_id);

ALTER TABLE import_file ENABLE ROW LEVEL SECURITY;

ALTER TABLE import_file FORCE ROW LEVEL SECURITY;

CREATE POLICY import_file_station ON import_file USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'data.import'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON import_file TO unjai_app, unjai_worker;

CREATE TABLE import_mapping (
    station_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    headers JSONB NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_import_mapping PRIMARY KEY (station_id, kind)
);

CREATE INDEX ix_import_mapping_station_id ON import_mapping (station_id);

ALTER TABLE import_mapping ENABLE ROW LEVEL SECURITY;

ALTER TABLE import_mapping FORCE ROW LEVEL SECURITY;

CREATE POLICY import_mapping_station ON import_mapping USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON import_mapping TO unjai_app, unjai_worker;

CREATE TABLE import_run (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    by TEXT NOT NULL,
    by_name TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    added INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    undo BYTEA,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_import_run PRIMARY KEY (id)
);

CREATE INDEX ix_import_run_done_at ON import_run (done_at);

CREATE INDEX ix_import_run_station_id ON import_run (station_id);

ALTER TABLE import_run ENABLE ROW LEVEL SECURITY;

ALTER TABLE import_run FORCE ROW LEVEL SECURITY;

CREATE POLICY import_run_station ON import_run USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'data.import'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON import_run TO unjai_app, unjai_worker;
