CREATE TABLE shift_log (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    shift_id UUID,
    name_th TEXT NOT NULL,
    name_en TEXT NOT NULL,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    to_at TIMESTAMP WITH TIME ZONE NOT NULL,
    covers_from TIMESTAMP WITH TIME ZONE NOT NULL,
    covers_to TIMESTAMP WITH TIME ZONE,
    note TEXT DEFAULT '' NOT NULL,
    unfinished TEXT DEFAULT '' NOT NULL,
    equipment TEXT DEFAULT '' NOT NULL,
    noted_at TIMESTAMP WITH TIME ZONE,
    noted_by TEXT DEFAULT '' NOT NULL,
    handed_at TIMESTAMP WITH TIME ZONE,
    handed_by TEXT DEFAULT '' NOT NULL,
    handed_account UUID,
    frozen JSONB,
    digest TEXT DEFAULT '' NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE,
    taken_by TEXT DEFAULT '' NOT NULL,
    taken_account UUID,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_shift_log PRIMARY KEY (id),
    CONSTRAINT uq_shift_log_station_id_from_at_to_at_name_th UNIQUE (station_id, from_at, to_at, name_th),
    CONSTRAINT fk_shift_log_shift_id FOREIGN KEY(shift_id) REFERENCES shift (id) ON DELETE SET NULL
);

CREATE INDEX ix_shift_log_from ON shift_log (station_id, from_at DESC);

CREATE INDEX ix_shift_log_station_id ON shift_log (station_id);

ALTER TABLE shift_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE shift_log FORCE ROW LEVEL SECURITY;

CREATE POLICY shift_log_station ON shift_log USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON shift_log TO unjai_app, unjai_worker;

CREATE TABLE shift_addition (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    log_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT pk_shift_addition PRIMARY KEY (id),
    CONSTRAINT fk_shift_addition_log_id FOREIGN KEY(log_id) REFERENCES shift_log (id) ON DELETE CASCADE
);

CREATE INDEX ix_shift_addition_log_id ON shift_addition (log_id);

CREATE INDEX ix_shift_addition_station_id ON shift_addition (station_id);

ALTER TABLE shift_addition ENABLE ROW LEVEL SECURITY;

ALTER TABLE shift_addition FORCE ROW LEVEL SECURITY;

CREATE POLICY shift_addition_station ON shift_addition USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON shift_addition TO unjai_app, unjai_worker;

CREATE TABLE shift_carry (
    station_id INTEGER NOT NULL,
    log_id UUID NOT NULL,
    incident_id UUID NOT NULL,
    number TEXT NOT NULL,
    priority SMALLINT NOT NULL,
    facts JSONB NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    seen_by TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_shift_carry PRIMARY KEY (log_id, incident_id),
    CONSTRAINT fk_shift_carry_log_id FOREIGN KEY(log_id) REFERENCES shift_log (id) ON DELETE CASCADE
);

CREATE INDEX ix_shift_carry_station_id ON shift_carry (station_id);

ALTER TABLE shift_carry ENABLE ROW LEVEL SECURITY;

ALTER TABLE shift_carry FORCE ROW LEVEL SECURITY;

CREATE POLICY shift_carry_station ON shift_carry USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON shift_carry TO unjai_app, unjai_worker;
