CREATE TABLE camera_point (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_camera_point PRIMARY KEY (id),
    CONSTRAINT uq_camera_point_station_id_code UNIQUE (station_id, code)
);

CREATE INDEX ix_camera_point_station_id ON camera_point (station_id);

ALTER TABLE camera_point ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_point FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_point_station ON camera_point USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_point TO unjai_app, unjai_worker;

CREATE TABLE camera_source (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    kind TEXT NOT NULL,
    main_template TEXT DEFAULT '' NOT NULL,
    sub_template TEXT DEFAULT '' NOT NULL,
    contact TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    sealed BYTEA,
    disabled BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_camera_source PRIMARY KEY (id),
    CONSTRAINT ck_camera_source_kind CHECK (kind IN ('centre', 'nvr', 'other')),
    CONSTRAINT uq_camera_source_station_id_code UNIQUE (station_id, code)
);

CREATE INDEX ix_camera_source_station_id ON camera_source (station_id);

ALTER TABLE camera_source ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_source FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_source_station ON camera_source USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_source TO unjai_app, unjai_worker;

CREATE TABLE camera (
    station_id INTEGER NOT NULL,
    device_id UUID NOT NULL,
    point_id UUID,
    source_id UUID,
    channel TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'working' NOT NULL,
    funder TEXT DEFAULT '' NOT NULL,
    height_m DOUBLE PRECISION,
    reach_night_m DOUBLE PRECISION,
    kind TEXT DEFAULT 'rtsp' NOT NULL,
    main_url TEXT DEFAULT '' NOT NULL,
    sub_url TEXT DEFAULT '' NOT NULL,
    sealed BYTEA,
    record BOOLEAN DEFAULT true NOT NULL,
    keep_days DOUBLE PRECISION DEFAULT 30 NOT NULL,
    "analyse" BOOLEAN DEFAULT false NOT NULL,
    masks JSONB DEFAULT '[]'::jsonb NOT NULL,
    calibration JSONB DEFAULT '[]'::jsonb NOT NULL,
    onvif_url TEXT DEFAULT '' NOT NULL,
    onvif_profile TEXT DEFAULT '' NOT NULL,
    ptz BOOLEAN DEFAULT false NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_camera PRIMARY KEY (device_id),
    CONSTRAINT ck_camera_state CHECK (state IN ('planned', 'working', 'retired')),
    CONSTRAINT ck_camera_kind CHECK (kind IN ('rtsp', 'still', 'file')),
    CONSTRAINT fk_camera_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE,
    CONSTRAINT fk_camera_point_id FOREIGN KEY(point_id) REFERENCES camera_point (id) ON DELETE SET NULL,
    CONSTRAINT fk_camera_source_id FOREIGN KEY(source_id) REFERENCES camera_source (id) ON DELETE SET NULL
);

CREATE INDEX ix_camera_point_id ON camera (point_id);

CREATE INDEX ix_camera_source_id ON camera (source_id);

CREATE INDEX ix_camera_station_id ON camera (station_id);

ALTER TABLE camera ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_station ON camera USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera TO unjai_app, unjai_worker;

CREATE TABLE camera_consent (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    number TEXT NOT NULL,
    from_on DATE NOT NULL,
    until_on DATE,
    hours TEXT DEFAULT '' NOT NULL,
    part TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    file_name TEXT DEFAULT '' NOT NULL,
    media_type TEXT DEFAULT '' NOT NULL,
    digest TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_camera_consent PRIMARY KEY (id),
    CONSTRAINT fk_camera_consent_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
);

CREATE INDEX ix_camera_consent_device_id ON camera_consent (device_id);

CREATE INDEX ix_camera_consent_station_id ON camera_consent (station_id);

ALTER TABLE camera_consent ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_consent FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_consent_station ON camera_consent USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_consent TO unjai_app, unjai_worker;

CREATE TABLE camera_request (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    state TEXT DEFAULT 'asked' NOT NULL,
    want TEXT NOT NULL,
    want_bearing_deg DOUBLE PRECISION,
    was_bearing_deg DOUBLE PRECISION,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_camera_request PRIMARY KEY (id),
    CONSTRAINT ck_camera_request_state CHECK (state IN ('asked', 'agreed', 'refused', 'turned', 'checked', 'withdrawn')),
    CONSTRAINT fk_camera_request_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
);

CREATE INDEX ix_camera_request_device_id ON camera_request (device_id);

CREATE INDEX ix_camera_request_open ON camera_request (station_id, state);

CREATE INDEX ix_camera_request_station_id ON camera_request (station_id);

ALTER TABLE camera_request ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_request FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_request_station ON camera_request USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_request TO unjai_app, unjai_worker;

CREATE TABLE edge_fact (
    station_id INTEGER NOT NULL,
    edge_id INTEGER NOT NULL,
    fact TEXT NOT NULL,
    value JSONB NOT NULL,
    source TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_edge_fact PRIMARY KEY (station_id, edge_id, fact),
    CONSTRAINT fk_edge_fact FOREIGN KEY(station_id, edge_id) REFERENCES street_edge (station_id, id) ON DELETE CASCADE
);

CREATE INDEX ix_edge_fact_station_id ON edge_fact (station_id);

ALTER TABLE edge_fact ENABLE ROW LEVEL SECURITY;

ALTER TABLE edge_fact FORCE ROW LEVEL SECURITY;

CREATE POLICY edge_fact_station ON edge_fact USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON edge_fact TO unjai_app, unjai_worker;

CREATE TABLE camera_picture (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    request_id UUID,
    what TEXT NOT NULL,
    digest TEXT NOT NULL,
    media_type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_camera_picture PRIMARY KEY (id),
    CONSTRAINT ck_camera_picture_what CHECK (what IN ('before', 'after')),
    CONSTRAINT fk_camera_picture_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE,
    CONSTRAINT fk_camera_picture_request_id FOREIGN KEY(request_id) REFERENCES camera_request (id) ON DELETE CASCADE
);

CREATE INDEX ix_camera_picture_device_id ON camera_picture (device_id);

CREATE INDEX ix_camera_picture_request_id ON camera_picture (request_id);

CREATE INDEX ix_camera_picture_station_id ON camera_picture (station_id);

ALTER TABLE camera_picture ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_picture FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_picture_station ON camera_picture USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_picture TO unjai_app, unjai_worker;

CREATE TABLE camera_request_step (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    request_id UUID NOT NULL,
    state TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    who TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_camera_request_step PRIMARY KEY (id),
    CONSTRAINT fk_camera_request_step_request_id FOREIGN KEY(request_id) REFERENCES camera_request (id) ON DELETE CASCADE
);

CREATE INDEX ix_camera_request_step_request_id ON camera_request_step (request_id);

CREATE INDEX ix_camera_request_step_station_id ON camera_request_step (station_id);

ALTER TABLE camera_request_step ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_request_step FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_request_step_station ON camera_request_step USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_request_step TO unjai_app, unjai_worker;
