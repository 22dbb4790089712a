ALTER TABLE device DROP CONSTRAINT ck_device_kind;

ALTER TABLE device ADD CONSTRAINT ck_device_kind CHECK (kind IN ('sos_pole', 'phone', 'tracker', 'camera', 'recorder', 'hook', 'citizen_door', 'signal_box'));

CREATE TABLE signal_event (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    junction_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    code SMALLINT NOT NULL,
    param SMALLINT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_signal_event PRIMARY KEY (id)
)
 PARTITION BY RANGE (id);

CREATE INDEX ix_signal_event_junction ON signal_event (junction_id, at);

CREATE TABLE signal_event_rest PARTITION OF signal_event DEFAULT;

ALTER TABLE signal_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE signal_event FORCE ROW LEVEL SECURITY;

CREATE POLICY signal_event_station ON signal_event USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON signal_event TO unjai_app, unjai_worker;

CREATE TABLE signal_junction (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    definition JSONB NOT NULL,
    plant TEXT NOT NULL,
    host TEXT DEFAULT '' NOT NULL,
    port INTEGER DEFAULT '161' NOT NULL,
    sealed BYTEA,
    mode TEXT NOT NULL,
    mode_at TIMESTAMP WITH TIME ZONE NOT NULL,
    mode_by TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_signal_junction PRIMARY KEY (id),
    CONSTRAINT ck_signal_junction_plant CHECK (plant IN ('none', 'ntcip')),
    CONSTRAINT ck_signal_junction_mode CHECK (mode IN ('off', 'shadow', 'pattern', 'control', 'local'))
);

CREATE INDEX ix_signal_junction_station_id ON signal_junction (station_id);

CREATE UNIQUE INDEX uq_signal_junction_code ON signal_junction (station_id, code) WHERE removed_at IS NULL;

ALTER TABLE signal_junction ENABLE ROW LEVEL SECURITY;

ALTER TABLE signal_junction FORCE ROW LEVEL SECURITY;

CREATE POLICY signal_junction_station ON signal_junction USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON signal_junction TO unjai_app, unjai_worker;

CREATE TABLE signal_change (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    junction_id UUID NOT NULL,
    mode TEXT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    phase SMALLINT NOT NULL,
    wish SMALLINT NOT NULL,
    why TEXT NOT NULL,
    waited_s DOUBLE PRECISION NOT NULL,
    passed INTEGER NOT NULL,
    hold_s DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_signal_change PRIMARY KEY (id),
    CONSTRAINT fk_signal_change_junction_id FOREIGN KEY(junction_id) REFERENCES signal_junction (id) ON DELETE CASCADE
);

CREATE INDEX ix_signal_change_junction ON signal_change (junction_id, began_at);

CREATE INDEX ix_signal_change_station_id ON signal_change (station_id);

ALTER TABLE signal_change ENABLE ROW LEVEL SECURITY;

ALTER TABLE signal_change FORCE ROW LEVEL SECURITY;

CREATE POLICY signal_change_station ON signal_change USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON signal_change TO unjai_app, unjai_worker;

CREATE TABLE signal_day (
    station_id INTEGER NOT NULL,
    junction_id UUID NOT NULL,
    day DATE NOT NULL,
    events INTEGER NOT NULL,
    figures JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_signal_day PRIMARY KEY (junction_id, day),
    CONSTRAINT fk_signal_day_junction_id FOREIGN KEY(junction_id) REFERENCES signal_junction (id) ON DELETE CASCADE
);

CREATE INDEX ix_signal_day_station_id ON signal_day (station_id);

ALTER TABLE signal_day ENABLE ROW LEVEL SECURITY;

ALTER TABLE signal_day FORCE ROW LEVEL SECURITY;

CREATE POLICY signal_day_station ON signal_day USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON signal_day TO unjai_app, unjai_worker;

CREATE TABLE signal_minute (
    station_id INTEGER NOT NULL,
    junction_id UUID NOT NULL,
    lane TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    lasts_s SMALLINT NOT NULL,
    car INTEGER NOT NULL,
    motorcycle INTEGER NOT NULL,
    heavy INTEGER NOT NULL,
    occupancy DOUBLE PRECISION,
    CONSTRAINT pk_signal_minute PRIMARY KEY (junction_id, lane, at),
    CONSTRAINT fk_signal_minute_junction_id FOREIGN KEY(junction_id) REFERENCES signal_junction (id) ON DELETE CASCADE
);

CREATE INDEX ix_signal_minute_at ON signal_minute (at);

CREATE INDEX ix_signal_minute_station_id ON signal_minute (station_id);

ALTER TABLE signal_minute ENABLE ROW LEVEL SECURITY;

ALTER TABLE signal_minute FORCE ROW LEVEL SECURITY;

CREATE POLICY signal_minute_station ON signal_minute USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON signal_minute TO unjai_app, unjai_worker;

CREATE TABLE signal_note (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    junction_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    code TEXT NOT NULL,
    facts JSONB NOT NULL,
    by TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_signal_note PRIMARY KEY (id),
    CONSTRAINT fk_signal_note_junction_id FOREIGN KEY(junction_id) REFERENCES signal_junction (id) ON DELETE CASCADE
);

CREATE INDEX ix_signal_note_junction ON signal_note (junction_id, at);

CREATE INDEX ix_signal_note_station_id ON signal_note (station_id);

ALTER TABLE signal_note ENABLE ROW LEVEL SECURITY;

ALTER TABLE signal_note FORCE ROW LEVEL SECURITY;

CREATE POLICY signal_note_station ON signal_note USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON signal_note TO unjai_app, unjai_worker;
