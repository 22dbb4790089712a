ALTER TABLE last_seen ADD COLUMN firmware TEXT;

ALTER TABLE last_seen ADD COLUMN state_since TIMESTAMP WITH TIME ZONE;

ALTER TABLE last_seen ADD COLUMN first_heard_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE last_seen NO FORCE ROW LEVEL SECURITY;

UPDATE last_seen SET first_heard_at = heard_at;

ALTER TABLE last_seen FORCE ROW LEVEL SECURITY;

CREATE TABLE alert (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    rule_id UUID NOT NULL,
    rule_version INTEGER NOT NULL,
    does TEXT NOT NULL,
    quiet BOOLEAN NOT NULL,
    subject TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    cleared_at TIMESTAMP WITH TIME ZONE,
    device_id UUID,
    unit_id UUID,
    lon FLOAT(53),
    lat FLOAT(53),
    priority INTEGER NOT NULL,
    text_th TEXT NOT NULL,
    text_en TEXT NOT NULL,
    facts JSONB NOT NULL,
    CONSTRAINT pk_alert PRIMARY KEY (id),
    CONSTRAINT ck_alert_does CHECK (does IN ('incident', 'notice', 'log'))
);

CREATE INDEX ix_alert_at ON alert (at);

CREATE INDEX ix_alert_rule_at ON alert (rule_id, at);

CREATE INDEX ix_alert_station_id ON alert (station_id);

ALTER TABLE alert ENABLE ROW LEVEL SECURITY;

ALTER TABLE alert FORCE ROW LEVEL SECURITY;

CREATE POLICY alert_station ON alert USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON alert TO unjai_app, unjai_worker;

CREATE TABLE alert_rule (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    body JSONB NOT NULL,
    enabled BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_alert_rule PRIMARY KEY (id)
);

CREATE INDEX ix_alert_rule_station_id ON alert_rule (station_id);

ALTER TABLE alert_rule ENABLE ROW LEVEL SECURITY;

ALTER TABLE alert_rule FORCE ROW LEVEL SECURITY;

CREATE POLICY alert_rule_station ON alert_rule USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON alert_rule TO unjai_app, unjai_worker;

CREATE TABLE alert_rule_version (
    station_id INTEGER NOT NULL,
    rule_id UUID NOT NULL,
    version INTEGER NOT NULL,
    what TEXT NOT NULL,
    body JSONB NOT NULL,
    enabled BOOLEAN NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    CONSTRAINT pk_alert_rule_version PRIMARY KEY (rule_id, version),
    CONSTRAINT ck_alert_rule_version_what CHECK (what IN ('make', 'change', 'on', 'off', 'remove', 'restore'))
);

CREATE INDEX ix_alert_rule_version_station_id ON alert_rule_version (station_id);

ALTER TABLE alert_rule_version ENABLE ROW LEVEL SECURITY;

ALTER TABLE alert_rule_version FORCE ROW LEVEL SECURITY;

CREATE POLICY alert_rule_version_station ON alert_rule_version USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON alert_rule_version TO unjai_app, unjai_worker;

CREATE TABLE alert_state (
    station_id INTEGER NOT NULL,
    rule_id UUID NOT NULL,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    state JSONB NOT NULL,
    CONSTRAINT pk_alert_state PRIMARY KEY (rule_id, subject)
);

CREATE INDEX ix_alert_state_station_id ON alert_state (station_id);

ALTER TABLE alert_state ENABLE ROW LEVEL SECURITY;

ALTER TABLE alert_state FORCE ROW LEVEL SECURITY;

CREATE POLICY alert_state_station ON alert_state USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON alert_state TO unjai_app, unjai_worker;

CREATE TABLE device_contact (
    station_id INTEGER NOT NULL,
    device_id UUID NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_device_contact PRIMARY KEY (device_id)
);

CREATE INDEX ix_device_contact_station_id ON device_contact (station_id);

ALTER TABLE device_contact ENABLE ROW LEVEL SECURITY;

ALTER TABLE device_contact FORCE ROW LEVEL SECURITY;

CREATE POLICY device_contact_station ON device_contact USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'device.contact'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON device_contact TO unjai_app, unjai_worker;

CREATE TABLE device_outage (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    noticed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    to_at TIMESTAMP WITH TIME ZONE,
    told_at TIMESTAMP WITH TIME ZONE,
    group_id UUID,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_device_outage PRIMARY KEY (id)
);

CREATE INDEX ix_device_outage_device ON device_outage (device_id, from_at);

CREATE INDEX ix_device_outage_open ON device_outage (station_id) WHERE settled_at IS NULL;

CREATE INDEX ix_device_outage_station_id ON device_outage (station_id);

ALTER TABLE device_outage ENABLE ROW LEVEL SECURITY;

ALTER TABLE device_outage FORCE ROW LEVEL SECURITY;

CREATE POLICY device_outage_station ON device_outage USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON device_outage TO unjai_app, unjai_worker;

CREATE TABLE listening (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    to_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_listening PRIMARY KEY (id)
);

CREATE INDEX ix_listening_station_id ON listening (station_id);

CREATE INDEX ix_listening_to ON listening (to_at);

ALTER TABLE listening ENABLE ROW LEVEL SECURITY;

ALTER TABLE listening FORCE ROW LEVEL SECURITY;

CREATE POLICY listening_station ON listening USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON listening TO unjai_app, unjai_worker;
