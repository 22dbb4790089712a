CREATE TABLE plate_hit (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    entry BIGINT NOT NULL,
    listed JSONB NOT NULL,
    registration TEXT NOT NULL,
    province TEXT,
    grade TEXT NOT NULL,
    how TEXT NOT NULL,
    state TEXT NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen INTEGER NOT NULL,
    camera TEXT NOT NULL,
    device_id UUID,
    lon FLOAT,
    lat FLOAT,
    confidence SMALLINT,
    crop TEXT,
    still TEXT,
    vehicle JSONB NOT NULL,
    incident_id UUID,
    judged_at TIMESTAMP WITH TIME ZONE,
    judged_by TEXT,
    judged_name TEXT,
    words TEXT NOT NULL,
    lapses_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER NOT NULL,
    forgotten BOOLEAN NOT NULL,
    CONSTRAINT pk_plate_hit PRIMARY KEY (id)
);

CREATE INDEX ix_plate_hit_entry ON plate_hit (station_id, entry, registration, last_at);

CREATE INDEX ix_plate_hit_incident ON plate_hit (incident_id);

CREATE INDEX ix_plate_hit_made ON plate_hit (station_id, made_at);

CREATE INDEX ix_plate_hit_station_id ON plate_hit (station_id);

ALTER TABLE plate_hit ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_hit FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_hit_station ON plate_hit USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.hits'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_hit TO unjai_app, unjai_worker;

CREATE TABLE plate_match_day (
    station_id INTEGER NOT NULL,
    day DATE NOT NULL,
    reads BIGINT NOT NULL,
    unreadable BIGINT NOT NULL,
    CONSTRAINT pk_plate_match_day PRIMARY KEY (station_id, day)
);

CREATE INDEX ix_plate_match_day_station_id ON plate_match_day (station_id);

ALTER TABLE plate_match_day ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_match_day FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_match_day_station ON plate_match_day USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.hits'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_match_day TO unjai_app, unjai_worker;

CREATE TABLE plate_unmatched (
    station_id INTEGER NOT NULL,
    observation_id UUID NOT NULL,
    body JSONB NOT NULL,
    tries INTEGER NOT NULL,
    error TEXT NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_plate_unmatched PRIMARY KEY (observation_id)
);

CREATE INDEX ix_plate_unmatched_station_id ON plate_unmatched (station_id);

ALTER TABLE plate_unmatched ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_unmatched FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_unmatched_station ON plate_unmatched USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.hits'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_unmatched TO unjai_app, unjai_worker;

CREATE TABLE plate_hit_sighting (
    station_id INTEGER NOT NULL,
    observation_id UUID NOT NULL,
    entry BIGINT NOT NULL,
    hit_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    digest TEXT NOT NULL,
    grade TEXT NOT NULL,
    how TEXT NOT NULL,
    province TEXT,
    camera TEXT NOT NULL,
    device_id UUID,
    lon FLOAT,
    lat FLOAT,
    confidence SMALLINT,
    crop TEXT,
    still TEXT,
    held BOOLEAN NOT NULL,
    CONSTRAINT pk_plate_hit_sighting PRIMARY KEY (observation_id, entry),
    CONSTRAINT fk_plate_hit_sighting_hit_id FOREIGN KEY(hit_id) REFERENCES plate_hit (id) ON DELETE CASCADE
);

CREATE INDEX ix_plate_hit_sighting_hit ON plate_hit_sighting (hit_id, at);

CREATE INDEX ix_plate_hit_sighting_station_id ON plate_hit_sighting (station_id);

ALTER TABLE plate_hit_sighting ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_hit_sighting FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_hit_sighting_station ON plate_hit_sighting USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'plates.hits'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_hit_sighting TO unjai_app, unjai_worker;
