-- The watch list of plates, its history, and files of entries.
CREATE TABLE watch_change (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    entry_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_name TEXT NOT NULL,
    what TEXT NOT NULL,
    facts JSONB NOT NULL,
    CONSTRAINT pk_watch_change PRIMARY KEY (id)
);

CREATE INDEX ix_watch_change_entry ON watch_change (entry_id, at);

CREATE INDEX ix_watch_change_station_id ON watch_change (station_id);

ALTER TABLE watch_change ENABLE ROW LEVEL SECURITY;

ALTER TABLE watch_change FORCE ROW LEVEL SECURITY;

CREATE POLICY watch_change_station ON watch_change USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.watch.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON watch_change TO unjai_app, unjai_worker;

CREATE TABLE watch_entry (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    registration TEXT NOT NULL,
    province TEXT,
    partial BOOLEAN NOT NULL,
    special BOOLEAN NOT NULL,
    vehicle_type TEXT NOT NULL,
    vehicle_colour TEXT NOT NULL,
    vehicle_marks TEXT NOT NULL,
    reason TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    case_number TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    instruction TEXT NOT NULL,
    notify TEXT NOT NULL,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_until TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    version BIGINT,
    pending JSONB,
    approval_id UUID,
    import_id UUID,
    proposed_by UUID,
    proposer_name TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    approved_by UUID,
    approver_name TEXT NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE,
    ended_name TEXT NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_why TEXT NOT NULL,
    CONSTRAINT pk_watch_entry PRIMARY KEY (id),
    CONSTRAINT ck_watch_entry_state CHECK (state IN ('proposed', 'approved', 'ended', 'withdrawn')),
    CONSTRAINT uq_watch_entry_number UNIQUE (number)
);

CREATE INDEX ix_watch_entry_case ON watch_entry (station_id, case_number);

CREATE INDEX ix_watch_entry_plate ON watch_entry (station_id, registration, province);

CREATE INDEX ix_watch_entry_proposed_at ON watch_entry (station_id, proposed_at);

CREATE INDEX ix_watch_entry_station_id ON watch_entry (station_id);

CREATE INDEX ix_watch_entry_version ON watch_entry (station_id, version, number);

ALTER TABLE watch_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE watch_entry FORCE ROW LEVEL SECURITY;

CREATE POLICY watch_entry_station ON watch_entry USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.watch.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON watch_entry TO unjai_app, unjai_worker;

CREATE TABLE watch_import (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    by UUID,
    by_name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    total INTEGER NOT NULL,
    refused JSONB NOT NULL,
    defaults JSONB,
    approval_id UUID,
    added INTEGER,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_watch_import PRIMARY KEY (id),
    CONSTRAINT ck_watch_import_state CHECK (state IN ('staged', 'proposed', 'done', 'dropped'))
);

CREATE INDEX ix_watch_import_at ON watch_import (station_id, at);

CREATE INDEX ix_watch_import_station_id ON watch_import (station_id);

ALTER TABLE watch_import ENABLE ROW LEVEL SECURITY;

ALTER TABLE watch_import FORCE ROW LEVEL SECURITY;

CREATE POLICY watch_import_station ON watch_import USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.watch.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON watch_import TO unjai_app, unjai_worker;

CREATE TABLE watch_import_row (
    station_id INTEGER NOT NULL,
    import_id UUID NOT NULL,
    row INTEGER NOT NULL,
    said TEXT NOT NULL,
    code TEXT,
    facts JSONB,
    registration TEXT,
    province TEXT,
    vehicle_type TEXT NOT NULL,
    vehicle_colour TEXT NOT NULL,
    vehicle_marks TEXT NOT NULL,
    reason TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    case_number TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    instruction TEXT NOT NULL,
    notify TEXT NOT NULL,
    valid_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_watch_import_row PRIMARY KEY (import_id, row)
);

CREATE INDEX ix_watch_import_row_station_id ON watch_import_row (station_id);

ALTER TABLE watch_import_row ENABLE ROW LEVEL SECURITY;

ALTER TABLE watch_import_row FORCE ROW LEVEL SECURITY;

CREATE POLICY watch_import_row_station ON watch_import_row USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.watch.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON watch_import_row TO unjai_app, unjai_worker;

CREATE TABLE watch_list (
    station_id SERIAL NOT NULL,
    version BIGINT NOT NULL,
    reads_a_day INTEGER,
    CONSTRAINT pk_watch_list PRIMARY KEY (station_id)
);

CREATE INDEX ix_watch_list_station_id ON watch_list (station_id);

ALTER TABLE watch_list ENABLE ROW LEVEL SECURITY;

ALTER TABLE watch_list FORCE ROW LEVEL SECURITY;

CREATE POLICY watch_list_station ON watch_list USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.watch.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON watch_list TO unjai_app, unjai_worker;
