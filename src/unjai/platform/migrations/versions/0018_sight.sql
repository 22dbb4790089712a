ALTER TABLE camera ADD COLUMN lines JSONB DEFAULT '[]'::jsonb NOT NULL;

CREATE TABLE camera_reference (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    picture BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_camera_reference PRIMARY KEY (id),
    CONSTRAINT fk_camera_reference_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
);

CREATE INDEX ix_camera_reference_device_id ON camera_reference (device_id);

CREATE INDEX ix_camera_reference_station_id ON camera_reference (station_id);

ALTER TABLE camera_reference ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_reference FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_reference_station ON camera_reference USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_reference TO unjai_app, unjai_worker;

CREATE TABLE camera_trouble (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    trouble TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    noticed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE,
    measure DOUBLE PRECISION NOT NULL,
    picture BYTEA,
    CONSTRAINT pk_camera_trouble PRIMARY KEY (id),
    CONSTRAINT ck_camera_trouble_trouble CHECK (trouble IN ('no_signal', 'frozen', 'covered', 'defocused', 'turned', 'dark', 'clock')),
    CONSTRAINT fk_camera_trouble_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
);

CREATE INDEX ix_camera_trouble_device_id ON camera_trouble (device_id);

CREATE INDEX ix_camera_trouble_open ON camera_trouble (device_id) WHERE until IS NULL;

CREATE INDEX ix_camera_trouble_station_id ON camera_trouble (station_id);

ALTER TABLE camera_trouble ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_trouble FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_trouble_station ON camera_trouble USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_trouble TO unjai_app, unjai_worker;
