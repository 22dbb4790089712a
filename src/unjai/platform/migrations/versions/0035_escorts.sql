CREATE TABLE obs_escort_walk (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    token BYTEA NOT NULL,
    duress BYTEA NOT NULL,
    state TEXT NOT NULL,
    shown TEXT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expected_at TIMESTAMP WITH TIME ZONE NOT NULL,
    planned_s FLOAT(53) NOT NULL,
    from_lon FLOAT(53) NOT NULL,
    from_lat FLOAT(53) NOT NULL,
    to_lon FLOAT(53) NOT NULL,
    to_lat FLOAT(53) NOT NULL,
    way JSONB NOT NULL,
    calm JSONB NOT NULL,
    asked_why TEXT,
    asked_at TIMESTAMP WITH TIME ZONE,
    alert_why TEXT,
    alerted_at TIMESTAMP WITH TIME ZONE,
    incident_id UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    name TEXT,
    phone TEXT,
    CONSTRAINT pk_obs_escort_walk PRIMARY KEY (id),
    CONSTRAINT uq_obs_escort_walk_token UNIQUE (token),
    CONSTRAINT ck_obs_escort_walk_state CHECK (state IN ('begun', 'walking', 'asked', 'alerted', 'ended', 'lapsed')),
    CONSTRAINT ck_obs_escort_walk_shown CHECK (shown IN ('begun', 'walking', 'asked', 'ended'))
);

CREATE INDEX ix_obs_escort_walk_began_at ON obs_escort_walk (began_at);

CREATE INDEX ix_obs_escort_walk_open ON obs_escort_walk (station_id) WHERE state IN ('begun', 'walking', 'asked', 'alerted');

CREATE INDEX ix_obs_escort_walk_station_id ON obs_escort_walk (station_id);

ALTER TABLE obs_escort_walk ENABLE ROW LEVEL SECURITY;

ALTER TABLE obs_escort_walk FORCE ROW LEVEL SECURITY;

CREATE POLICY obs_escort_walk_station ON obs_escort_walk USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON obs_escort_walk TO unjai_app, unjai_worker;

CREATE TABLE obs_escort (
    station_id INTEGER NOT NULL,
    walk_id UUID NOT NULL,
    no INTEGER NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
    came_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lon FLOAT(53) NOT NULL,
    lat FLOAT(53) NOT NULL,
    accuracy_m FLOAT(53),
    battery SMALLINT,
    CONSTRAINT pk_obs_escort PRIMARY KEY (walk_id, no),
    CONSTRAINT fk_obs_escort_walk_id FOREIGN KEY(walk_id) REFERENCES obs_escort_walk (id) ON DELETE CASCADE
);

CREATE INDEX ix_obs_escort_came_at ON obs_escort (came_at);

CREATE INDEX ix_obs_escort_station_id ON obs_escort (station_id);

ALTER TABLE obs_escort ENABLE ROW LEVEL SECURITY;

ALTER TABLE obs_escort FORCE ROW LEVEL SECURITY;

CREATE POLICY obs_escort_station ON obs_escort USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON obs_escort TO unjai_app, unjai_worker;

CREATE TABLE obs_escort_link (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    walk_id UUID NOT NULL,
    token BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_obs_escort_link PRIMARY KEY (id),
    CONSTRAINT uq_obs_escort_link_token UNIQUE (token),
    CONSTRAINT fk_obs_escort_link_walk_id FOREIGN KEY(walk_id) REFERENCES obs_escort_walk (id) ON DELETE CASCADE
);

CREATE INDEX ix_obs_escort_link_station_id ON obs_escort_link (station_id);

CREATE INDEX ix_obs_escort_link_walk_id ON obs_escort_link (walk_id);

ALTER TABLE obs_escort_link ENABLE ROW LEVEL SECURITY;

ALTER TABLE obs_escort_link FORCE ROW LEVEL SECURITY;

CREATE POLICY obs_escort_link_station ON obs_escort_link USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON obs_escort_link TO unjai_app, unjai_worker;

CREATE TABLE obs_escort_said (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    walk_id UUID NOT NULL,
    ends BOOLEAN NOT NULL,
    code BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    taken BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_obs_escort_said PRIMARY KEY (id),
    CONSTRAINT fk_obs_escort_said_walk_id FOREIGN KEY(walk_id) REFERENCES obs_escort_walk (id) ON DELETE CASCADE
);

CREATE INDEX ix_obs_escort_said_station_id ON obs_escort_said (station_id);

CREATE INDEX ix_obs_escort_said_waiting ON obs_escort_said (at) WHERE NOT taken;

CREATE INDEX ix_obs_escort_said_walk_id ON obs_escort_said (walk_id);

ALTER TABLE obs_escort_said ENABLE ROW LEVEL SECURITY;

ALTER TABLE obs_escort_said FORCE ROW LEVEL SECURITY;

CREATE POLICY obs_escort_said_station ON obs_escort_said USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON obs_escort_said TO unjai_app, unjai_worker;
