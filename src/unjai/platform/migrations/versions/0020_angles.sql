ALTER TABLE camera_request ADD COLUMN judged JSONB;

ALTER TABLE camera_picture ADD COLUMN taken BOOLEAN DEFAULT false NOT NULL;

CREATE TABLE alert_verdict (
    station_id INTEGER NOT NULL,
    alert_id UUID NOT NULL,
    rule_id UUID NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_alert_verdict PRIMARY KEY (alert_id),
    CONSTRAINT ck_alert_verdict_verdict CHECK (verdict IN ('right', 'wrong'))
);

CREATE INDEX ix_alert_verdict_rule_id ON alert_verdict (rule_id);

CREATE INDEX ix_alert_verdict_station_id ON alert_verdict (station_id);

ALTER TABLE alert_verdict ENABLE ROW LEVEL SECURITY;

ALTER TABLE alert_verdict FORCE ROW LEVEL SECURITY;

CREATE POLICY alert_verdict_station ON alert_verdict USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON alert_verdict TO unjai_app, unjai_worker;

CREATE TABLE camera_count (
    station_id INTEGER NOT NULL,
    device_id UUID NOT NULL,
    counter_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT NOT NULL,
    way TEXT NOT NULL,
    count INTEGER NOT NULL,
    mean DOUBLE PRECISION,
    CONSTRAINT pk_camera_count PRIMARY KEY (counter_id, at, kind, way),
    CONSTRAINT ck_camera_count_way CHECK (way IN ('left', 'right', ''))
);

CREATE INDEX ix_camera_count_at ON camera_count (at);

CREATE INDEX ix_camera_count_station_id ON camera_count (station_id);

ALTER TABLE camera_count ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_count FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_count_station ON camera_count USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_count TO unjai_app, unjai_worker;

CREATE TABLE camera_counted (
    station_id INTEGER NOT NULL,
    device_id UUID NOT NULL,
    counter_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    looks INTEGER NOT NULL,
    CONSTRAINT pk_camera_counted PRIMARY KEY (counter_id, at)
);

CREATE INDEX ix_camera_counted_at ON camera_counted (at);

CREATE INDEX ix_camera_counted_station_id ON camera_counted (station_id);

ALTER TABLE camera_counted ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_counted FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_counted_station ON camera_counted USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_counted TO unjai_app, unjai_worker;

CREATE TABLE rule_proposal (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    rule_id UUID NOT NULL,
    rule_version INTEGER NOT NULL,
    param TEXT NOT NULL,
    value_from FLOAT(53) NOT NULL,
    value_to FLOAT(53) NOT NULL,
    answers INTEGER NOT NULL,
    decided TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_rule_proposal PRIMARY KEY (id),
    CONSTRAINT ck_rule_proposal_decided CHECK (decided IN ('accepted', 'declined'))
);

CREATE INDEX ix_rule_proposal_rule_id ON rule_proposal (rule_id);

CREATE INDEX ix_rule_proposal_station_id ON rule_proposal (station_id);

ALTER TABLE rule_proposal ENABLE ROW LEVEL SECURITY;

ALTER TABLE rule_proposal FORCE ROW LEVEL SECURITY;

CREATE POLICY rule_proposal_station ON rule_proposal USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON rule_proposal TO unjai_app, unjai_worker;

CREATE TABLE camera_counter (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    kind TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    left_th TEXT DEFAULT '' NOT NULL,
    left_en TEXT DEFAULT '' NOT NULL,
    right_th TEXT DEFAULT '' NOT NULL,
    right_en TEXT DEFAULT '' NOT NULL,
    corners JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_camera_counter PRIMARY KEY (id),
    CONSTRAINT ck_camera_counter_kind CHECK (kind IN ('line', 'area')),
    CONSTRAINT fk_camera_counter_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
);

CREATE INDEX ix_camera_counter_device_id ON camera_counter (device_id);

CREATE INDEX ix_camera_counter_station_id ON camera_counter (station_id);

ALTER TABLE camera_counter ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_counter FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_counter_station ON camera_counter USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_counter TO unjai_app, unjai_worker;

CREATE TABLE camera_still (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    picture BYTEA NOT NULL,
    CONSTRAINT pk_camera_still PRIMARY KEY (id),
    CONSTRAINT fk_camera_still_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
);

CREATE INDEX ix_camera_still_at ON camera_still (at);

CREATE INDEX ix_camera_still_device_id ON camera_still (device_id);

CREATE INDEX ix_camera_still_station_id ON camera_still (station_id);

ALTER TABLE camera_still ENABLE ROW LEVEL SECURITY;

ALTER TABLE camera_still FORCE ROW LEVEL SECURITY;

CREATE POLICY camera_still_station ON camera_still USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON camera_still TO unjai_app, unjai_worker;

SELECT set_config('unjai.stations', coalesce((SELECT string_agg(id::text, ',') FROM org_unit), ''), true);

INSERT INTO camera_counter (id, station_id, device_id, kind, name_th, corners, made_at)
SELECT gen_random_uuid(), camera.station_id, camera.device_id, 'line', line->>'name', line->'ends', camera.changed_at
FROM camera, jsonb_array_elements(camera.lines) line;

SELECT set_config('unjai.stations', '', true);

ALTER TABLE camera DROP COLUMN lines;
