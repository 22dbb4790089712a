CREATE TABLE figure_case (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    source_key TEXT NOT NULL,
    begun TIMESTAMP WITH TIME ZONE NOT NULL,
    ended TIMESTAMP WITH TIME ZONE NOT NULL,
    group4 TEXT NOT NULL,
    group5 TEXT,
    offence TEXT,
    offence_said TEXT DEFAULT '' NOT NULL,
    found_by TEXT NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    street TEXT DEFAULT '' NOT NULL,
    place TEXT,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    quality TEXT NOT NULL,
    simulated INTEGER DEFAULT 0 NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_figure_case PRIMARY KEY (id),
    CONSTRAINT ck_figure_case_group4 CHECK (group4 IN ('1', '2', '3', '4')),
    CONSTRAINT ck_figure_case_group5 CHECK (group5 IN ('1', '2', '3', '4', '5')),
    CONSTRAINT ck_figure_case_found_by CHECK (found_by IN ('reported', 'patrol', 'camera')),
    CONSTRAINT ck_figure_case_quality CHECK (quality IN ('point', 'address', 'street', 'area', 'none')),
    CONSTRAINT ck_figure_case_order CHECK (ended >= begun)
);

CREATE INDEX ix_figure_case_begun ON figure_case (station_id, begun);

CREATE INDEX ix_figure_case_station_id ON figure_case (station_id);

CREATE UNIQUE INDEX uq_figure_case_key ON figure_case (station_id, source_key);

ALTER TABLE figure_case ENABLE ROW LEVEL SECURITY;

ALTER TABLE figure_case FORCE ROW LEVEL SECURITY;

CREATE POLICY figure_case_station ON figure_case USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON figure_case TO unjai_app, unjai_worker;

CREATE TABLE figure_case_was (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    version INTEGER NOT NULL,
    was JSONB NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_figure_case_was PRIMARY KEY (id),
    CONSTRAINT fk_figure_case_was_case_id FOREIGN KEY(case_id) REFERENCES figure_case (id) ON DELETE CASCADE
);

CREATE INDEX ix_figure_case_was_case_id ON figure_case_was (case_id);

CREATE INDEX ix_figure_case_was_station_id ON figure_case_was (station_id);

ALTER TABLE figure_case_was ENABLE ROW LEVEL SECURITY;

ALTER TABLE figure_case_was FORCE ROW LEVEL SECURITY;

CREATE POLICY figure_case_was_station ON figure_case_was USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON figure_case_was TO unjai_app, unjai_worker;
