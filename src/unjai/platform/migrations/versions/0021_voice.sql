-- SOS points: what was asked of sirens and lights, voice calls, which points can be talked to.
CREATE TABLE sos_presence (
    station_id INTEGER NOT NULL,
    device_id UUID NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    voice TEXT NOT NULL,
    CONSTRAINT pk_sos_presence PRIMARY KEY (device_id),
    CONSTRAINT ck_sos_presence_by CHECK (by IN ('page', 'agent')),
    CONSTRAINT ck_sos_presence_voice CHECK (voice IN ('ready', 'insecure', 'denied', 'missing'))
);

CREATE INDEX ix_sos_presence_station_id ON sos_presence (station_id);

ALTER TABLE sos_presence ENABLE ROW LEVEL SECURITY;

ALTER TABLE sos_presence FORCE ROW LEVEL SECURITY;

CREATE POLICY sos_presence_station ON sos_presence USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON sos_presence TO unjai_app, unjai_worker;

CREATE TABLE sos_action (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    device_key TEXT NOT NULL,
    incident_id UUID,
    part TEXT NOT NULL,
    lasts_s INTEGER NOT NULL,
    state TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_by TEXT NOT NULL,
    account_id UUID,
    sent_at TIMESTAMP WITH TIME ZONE,
    last_sent_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    stop_asked_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    why TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_sos_action PRIMARY KEY (id),
    CONSTRAINT ck_sos_action_part CHECK (part IN ('siren', 'light')),
    CONSTRAINT ck_sos_action_state CHECK (state IN ('asked', 'sent', 'on', 'done', 'refused', 'unanswered', 'unended')),
    CONSTRAINT fk_sos_action_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_sos_action_asked ON sos_action (station_id, asked_at);

CREATE INDEX ix_sos_action_station_id ON sos_action (station_id);

CREATE UNIQUE INDEX uq_sos_action_open ON sos_action (device_id, part) WHERE state IN ('asked', 'sent', 'on');

ALTER TABLE sos_action ENABLE ROW LEVEL SECURITY;

ALTER TABLE sos_action FORCE ROW LEVEL SECURITY;

CREATE POLICY sos_action_station ON sos_action USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON sos_action TO unjai_app, unjai_worker;

CREATE TABLE sos_call (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    device_id UUID NOT NULL,
    incident_id UUID,
    state TEXT NOT NULL,
    began_by TEXT NOT NULL,
    who TEXT NOT NULL,
    said TEXT DEFAULT '' NOT NULL,
    rang_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    held_at TIMESTAMP WITH TIME ZONE,
    held_s FLOAT DEFAULT 0 NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_why TEXT,
    account_id UUID,
    operator TEXT DEFAULT '' NOT NULL,
    point_seen_at TIMESTAMP WITH TIME ZONE,
    desk_seen_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sos_call PRIMARY KEY (id),
    CONSTRAINT ck_sos_call_state CHECK (state IN ('ringing', 'talking', 'held', 'ended')),
    CONSTRAINT ck_sos_call_ended_why CHECK (ended_why IN ('desk', 'point', 'lost', 'unanswered')),
    CONSTRAINT ck_sos_call_began_by CHECK (began_by IN ('point', 'desk')),
    CONSTRAINT ck_sos_call_who CHECK (who IN ('public', 'officer')),
    CONSTRAINT ck_sos_call_ended CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CONSTRAINT fk_sos_call_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_sos_call_rang ON sos_call (station_id, rang_at);

CREATE INDEX ix_sos_call_station_id ON sos_call (station_id);

CREATE UNIQUE INDEX uq_sos_call_open ON sos_call (device_id) WHERE state <> 'ended';

ALTER TABLE sos_call ENABLE ROW LEVEL SECURITY;

ALTER TABLE sos_call FORCE ROW LEVEL SECURITY;

CREATE POLICY sos_call_station ON sos_call USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON sos_call TO unjai_app, unjai_worker;
