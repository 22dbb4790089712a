CREATE TABLE patrol_hour (
    station_id INTEGER NOT NULL,
    hour_at TIMESTAMP WITH TIME ZONE NOT NULL,
    edges INTEGER[] NOT NULL,
    CONSTRAINT pk_patrol_hour PRIMARY KEY (station_id, hour_at)
);

CREATE INDEX ix_patrol_hour_station_id ON patrol_hour (station_id);

ALTER TABLE patrol_hour ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_hour FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_hour_station ON patrol_hour USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_hour TO unjai_app, unjai_worker;

CREATE TABLE patrol_kind_risk (
    station_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    by_hour JSONB NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_patrol_kind_risk PRIMARY KEY (station_id, kind)
);

CREATE INDEX ix_patrol_kind_risk_station_id ON patrol_kind_risk (station_id);

ALTER TABLE patrol_kind_risk ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_kind_risk FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_kind_risk_station ON patrol_kind_risk USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_kind_risk TO unjai_app, unjai_worker;

CREATE TABLE patrol_layer (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    factor DOUBLE PRECISION NOT NULL,
    kinds TEXT[] NOT NULL,
    places TEXT[] NOT NULL,
    areas TEXT[] NOT NULL,
    hours SMALLINT[],
    removed BOOLEAN DEFAULT false NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_patrol_layer PRIMARY KEY (id),
    CONSTRAINT ck_patrol_layer_days CHECK (to_day >= from_day),
    CONSTRAINT ck_patrol_layer_factor CHECK (factor >= 1 AND factor <= 20)
);

CREATE INDEX ix_patrol_layer_days ON patrol_layer (station_id, to_day);

CREATE INDEX ix_patrol_layer_station_id ON patrol_layer (station_id);

ALTER TABLE patrol_layer ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_layer FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_layer_station ON patrol_layer USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_layer TO unjai_app, unjai_worker;

CREATE TABLE patrol_request (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    partner TEXT NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    label TEXT NOT NULL,
    place TEXT,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    window_from SMALLINT,
    window_to SMALLINT,
    minutes SMALLINT NOT NULL,
    must BOOLEAN DEFAULT true NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    withdrawn BOOLEAN DEFAULT false NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_patrol_request PRIMARY KEY (id),
    CONSTRAINT ck_patrol_request_kind CHECK (kind IN ('request', 'house_watch')),
    CONSTRAINT ck_patrol_request_partner CHECK (partner IN ('citizen', 'police', 'residents', 'local_government', 'business', 'state_agency', 'media')),
    CONSTRAINT ck_patrol_request_days CHECK (to_day >= from_day),
    CONSTRAINT ck_patrol_request_window CHECK ((window_from IS NULL) = (window_to IS NULL)),
    CONSTRAINT ck_patrol_request_place CHECK ((place IS NULL) <> (lon IS NULL OR lat IS NULL))
);

CREATE INDEX ix_patrol_request_days ON patrol_request (station_id, to_day);

CREATE INDEX ix_patrol_request_station_id ON patrol_request (station_id);

ALTER TABLE patrol_request ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_request FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_request_station ON patrol_request USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'patrol.requests'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_request TO unjai_app, unjai_worker;

CREATE TABLE patrol_request_outcome (
    station_id INTEGER NOT NULL,
    request_id UUID NOT NULL,
    plan_id UUID NOT NULL,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE,
    by_hand TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_patrol_request_outcome PRIMARY KEY (request_id, plan_id),
    CONSTRAINT ck_patrol_request_outcome_state CHECK (state IN ('done', 'short', 'missed', 'unknown', 'unplanned')),
    CONSTRAINT fk_patrol_request_outcome_request_id FOREIGN KEY(request_id) REFERENCES patrol_request (id) ON DELETE CASCADE,
    CONSTRAINT fk_patrol_request_outcome_plan_id FOREIGN KEY(plan_id) REFERENCES patrol_plan (id) ON DELETE CASCADE
);

CREATE INDEX ix_patrol_request_outcome_plan_id ON patrol_request_outcome (plan_id);

CREATE INDEX ix_patrol_request_outcome_station_id ON patrol_request_outcome (station_id);

ALTER TABLE patrol_request_outcome ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_request_outcome FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_request_outcome_station ON patrol_request_outcome USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'patrol.requests'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_request_outcome TO unjai_app, unjai_worker;

CREATE TABLE patrol_owner_channel (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    url TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    enabled_at TIMESTAMP WITH TIME ZONE,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_patrol_owner_channel PRIMARY KEY (id)
);

CREATE INDEX ix_patrol_owner_channel_station_id ON patrol_owner_channel (station_id);

CREATE UNIQUE INDEX uq_patrol_owner_channel_station ON patrol_owner_channel (station_id);

ALTER TABLE patrol_owner_channel ENABLE ROW LEVEL SECURITY;

ALTER TABLE patrol_owner_channel FORCE ROW LEVEL SECURITY;

CREATE POLICY patrol_owner_channel_station ON patrol_owner_channel USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'patrol.manage'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON patrol_owner_channel TO unjai_app, unjai_worker;

ALTER TABLE patrol_owner_message ADD COLUMN channel TEXT DEFAULT '' NOT NULL, ADD COLUMN tries INTEGER DEFAULT 0 NOT NULL, ADD COLUMN next_at TIMESTAMP WITH TIME ZONE, ADD COLUMN failed_at TIMESTAMP WITH TIME ZONE, ADD COLUMN failure TEXT DEFAULT '' NOT NULL, ADD COLUMN status INTEGER DEFAULT 0 NOT NULL;

ALTER TABLE patrol_owner_message ADD CONSTRAINT ck_patrol_owner_message_channel CHECK (channel IN ('', 'hand', 'gateway'));

UPDATE patrol_owner_message SET channel = 'hand' WHERE sent_at IS NOT NULL;
