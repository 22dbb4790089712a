CREATE TABLE patrol_risk (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    place TEXT NOT NULL,
    by_hour JSONB NOT NULL,
    source TEXT NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
    taken_by TEXT NOT NULL,
    CONSTRAINT pk_patrol_risk PRIMARY KEY (id)
);

CREATE INDEX ix_patrol_risk_station_id ON patrol_risk (station_id);

CREATE UNIQUE INDEX uq_patrol_risk_place ON patrol_risk (station_id, place);

ALTER TABLE patrol_risk ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_risk FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_risk_station ON patrol_risk USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_risk TO unjai_app, unjai_worker;

CREATE TABLE patrol_plan (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    day DATE NOT NULL,
    shift_id UUID NOT NULL,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    to_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    town JSONB NOT NULL,
    seed TEXT NOT NULL,
    seconds INTEGER NOT NULL,
    result JSONB,
    failure JSONB,
    version INTEGER DEFAULT 1 NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    published_by TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_patrol_plan PRIMARY KEY (id),
    CONSTRAINT ck_patrol_plan_state CHECK (state IN ('making', 'draft', 'failed', 'published', 'replaced')),
    CONSTRAINT fk_patrol_plan_shift_id FOREIGN KEY(shift_id) REFERENCES shift (id)
);

CREATE INDEX ix_patrol_plan_day ON patrol_plan (station_id, day);

CREATE INDEX ix_patrol_plan_shift_id ON patrol_plan (shift_id);

CREATE INDEX ix_patrol_plan_station_id ON patrol_plan (station_id);

CREATE UNIQUE INDEX uq_patrol_plan_published ON patrol_plan (station_id, day, shift_id) WHERE state = 'published';

ALTER TABLE patrol_plan ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_plan FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_plan_station ON patrol_plan USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_plan TO unjai_app, unjai_worker;
