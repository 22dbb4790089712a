CREATE TABLE figure_risk (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    day DATE NOT NULL,
    through TIMESTAMP WITH TIME ZONE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lack TEXT DEFAULT '' NOT NULL,
    known INTEGER NOT NULL,
    left_out JSONB NOT NULL,
    handed JSONB NOT NULL,
    simulated INTEGER DEFAULT '0' NOT NULL,
    picture BYTEA NOT NULL,
    CONSTRAINT pk_figure_risk PRIMARY KEY (id)
);

CREATE INDEX ix_figure_risk_station_id ON figure_risk (station_id);

CREATE UNIQUE INDEX uq_figure_risk_day ON figure_risk (station_id, day);

ALTER TABLE figure_risk ENABLE ROW LEVEL SECURITY;

ALTER TABLE figure_risk FORCE ROW LEVEL SECURITY;

CREATE POLICY figure_risk_station ON figure_risk USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON figure_risk TO unjai_app, unjai_worker;
