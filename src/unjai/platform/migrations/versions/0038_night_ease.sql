CREATE TABLE night_ease (
    station_id INTEGER NOT NULL,
    hour SMALLINT NOT NULL,
    reckoned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    document JSONB NOT NULL,
    CONSTRAINT pk_night_ease PRIMARY KEY (station_id, hour),
    CONSTRAINT ck_night_ease_hour CHECK (hour BETWEEN 0 AND 23)
);

CREATE INDEX ix_night_ease_station_id ON night_ease (station_id);

ALTER TABLE night_ease ENABLE ROW LEVEL SECURITY;

ALTER TABLE night_ease FORCE ROW LEVEL SECURITY;

CREATE POLICY night_ease_station ON night_ease USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON night_ease TO unjai_app, unjai_worker;

CREATE TABLE night_work (
    station_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    hour SMALLINT NOT NULL,
    state TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    name_th TEXT DEFAULT '' NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    edges INTEGER[] NOT NULL,
    lifted_min DOUBLE PRECISION NOT NULL,
    marked_by TEXT NOT NULL,
    marked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_night_work PRIMARY KEY (station_id, key),
    CONSTRAINT ck_night_work_state CHECK (state IN ('asked', 'planned', 'not_possible'))
);

CREATE INDEX ix_night_work_station_id ON night_work (station_id);

ALTER TABLE night_work ENABLE ROW LEVEL SECURITY;

ALTER TABLE night_work FORCE ROW LEVEL SECURITY;

CREATE POLICY night_work_station ON night_work USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON night_work TO unjai_app, unjai_worker;
