CREATE EXTENSION IF NOT EXISTS ltree;

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE EXTENSION IF NOT EXISTS btree_gist;

GRANT USAGE ON SCHEMA public TO unjai_app, unjai_worker, unjai_search;

CREATE TABLE audit (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    facts JSONB NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (id)
);

CREATE INDEX ix_audit_action ON audit (action);

CREATE INDEX ix_audit_station_id ON audit (station_id);

CREATE INDEX ix_audit_subject ON audit (subject);

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;

ALTER TABLE audit FORCE ROW LEVEL SECURITY;

CREATE POLICY audit_read ON audit FOR SELECT TO unjai_app USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'audit.read']));

CREATE POLICY audit_seal ON audit FOR SELECT TO unjai_worker USING (true);

CREATE POLICY audit_write ON audit FOR INSERT WITH CHECK (true);

GRANT SELECT, INSERT ON audit TO unjai_app, unjai_worker;

CREATE TABLE audit_seal (
    seq BIGINT NOT NULL,
    audit_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    station_id INTEGER NOT NULL,
    CONSTRAINT pk_audit_seal PRIMARY KEY (seq),
    CONSTRAINT uq_audit_seal_audit_id UNIQUE (audit_id)
);

GRANT SELECT, INSERT ON audit_seal TO unjai_app, unjai_worker;

CREATE TABLE audit_waiting (
    audit_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_audit_waiting PRIMARY KEY (audit_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON audit_waiting TO unjai_app, unjai_worker;

CREATE TABLE device (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_name TEXT DEFAULT '' NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    unit_id UUID,
    silent_after_s INTEGER NOT NULL,
    disabled BOOLEAN DEFAULT false NOT NULL,
    settings JSONB DEFAULT '{}'::jsonb NOT NULL,
    installed_on DATE,
    mark INTEGER GENERATED ALWAYS AS IDENTITY,
    CONSTRAINT pk_device PRIMARY KEY (id),
    CONSTRAINT ck_device_kind CHECK (kind IN ('sos_pole', 'phone', 'tracker', 'camera', 'citizen_door')),
    CONSTRAINT ck_device_key CHECK (key ~ '^[A-Za-z0-9_-]{1,40}$'),
    CONSTRAINT uq_device_key UNIQUE (key),
    CONSTRAINT uq_device_mark UNIQUE (mark)
);

CREATE INDEX ix_device_station_id ON device (station_id);

CREATE INDEX ix_device_unit_id ON device (unit_id);

ALTER TABLE device ENABLE ROW LEVEL SECURITY;

ALTER TABLE device FORCE ROW LEVEL SECURITY;

CREATE POLICY device_station ON device USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON device TO unjai_app, unjai_worker;

CREATE TABLE incident (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    be_year SMALLINT NOT NULL,
    seq INTEGER NOT NULL,
    number TEXT NOT NULL,
    code TEXT NOT NULL,
    priority SMALLINT NOT NULL,
    priority_by_hand BOOLEAN DEFAULT false NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    channel TEXT NOT NULL,
    lon FLOAT,
    lat FLOAT,
    accuracy_m FLOAT,
    place_by_hand BOOLEAN DEFAULT false NOT NULL,
    place_th TEXT DEFAULT '' NOT NULL,
    place_en TEXT DEFAULT '' NOT NULL,
    about_th TEXT DEFAULT '' NOT NULL,
    about_en TEXT DEFAULT '' NOT NULL,
    device_id UUID,
    unit_id UUID,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    first_observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    acknowledged_by TEXT,
    assigned_at TIMESTAMP WITH TIME ZONE,
    en_route_at TIMESTAMP WITH TIME ZONE,
    arrived_at TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    report_count INTEGER DEFAULT 0 NOT NULL,
    offer_round INTEGER DEFAULT 0 NOT NULL,
    unanswered BOOLEAN DEFAULT false NOT NULL,
    barred TEXT[] DEFAULT '{}'::text[] NOT NULL,
    merged_into UUID,
    split_from UUID,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_incident PRIMARY KEY (id),
    CONSTRAINT uq_incident_station_id_be_year_seq UNIQUE (station_id, be_year, seq),
    CONSTRAINT ck_incident_state CHECK (state IN ('new', 'acknowledged', 'assigned', 'en_route', 'on_scene', 'closed')),
    CONSTRAINT ck_incident_outcome CHECK (outcome IN ('resolved', 'false_alarm', 'cancelled', 'handed_over', 'no_trace')),
    CONSTRAINT ck_incident_priority CHECK (priority BETWEEN 1 AND 3),
    CONSTRAINT ck_incident_closed_at CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT ck_incident_ended CHECK (state <> 'closed' OR outcome IS NOT NULL OR merged_into IS NOT NULL),
    CONSTRAINT fk_incident_merged_into FOREIGN KEY(merged_into) REFERENCES incident (id),
    CONSTRAINT fk_incident_split_from FOREIGN KEY(split_from) REFERENCES incident (id)
);

CREATE INDEX ix_incident_merged_into ON incident (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX ix_incident_open ON incident (station_id, opened_at) WHERE state <> 'closed';

CREATE INDEX ix_incident_opened ON incident (opened_at DESC, id DESC);

CREATE INDEX ix_incident_station_id ON incident (station_id);

ALTER TABLE incident ENABLE ROW LEVEL SECURITY;

ALTER TABLE incident FORCE ROW LEVEL SECURITY;

CREATE POLICY incident_station ON incident USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON incident TO unjai_app, unjai_worker;

CREATE TABLE land (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_th TEXT DEFAULT '' NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    geometry JSONB NOT NULL,
    CONSTRAINT pk_land PRIMARY KEY (id),
    CONSTRAINT ck_land_kind CHECK (kind IN ('water', 'park', 'compound', 'market', 'field')),
    CONSTRAINT uq_land_station_id_code UNIQUE (station_id, code)
);

CREATE INDEX ix_land_station_id ON land (station_id);

ALTER TABLE land ENABLE ROW LEVEL SECURITY;

ALTER TABLE land FORCE ROW LEVEL SECURITY;

CREATE POLICY land_station ON land USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON land TO unjai_app, unjai_worker;

CREATE TABLE last_seen (
    station_id INTEGER NOT NULL,
    device_id UUID NOT NULL,
    state TEXT NOT NULL,
    heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE,
    lon FLOAT(53),
    lat FLOAT(53),
    accuracy_m FLOAT(53),
    heading_deg FLOAT(53),
    speed_mps FLOAT(53),
    battery FLOAT(53),
    mock BOOLEAN NOT NULL,
    "returning" INTEGER NOT NULL,
    alarm_until TIMESTAMP WITH TIME ZONE,
    tamper BOOLEAN NOT NULL,
    clock_off_s FLOAT(53),
    CONSTRAINT pk_last_seen PRIMARY KEY (device_id)
);

CREATE INDEX ix_last_seen_station_id ON last_seen (station_id);

ALTER TABLE last_seen ENABLE ROW LEVEL SECURITY;

ALTER TABLE last_seen FORCE ROW LEVEL SECURITY;

CREATE POLICY last_seen_station ON last_seen USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON last_seen TO unjai_app, unjai_worker;

CREATE TABLE obs_citizen (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    device_id UUID,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    clock TEXT NOT NULL,
    lon FLOAT(53),
    lat FLOAT(53),
    accuracy_m FLOAT(53),
    payload JSONB NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_obs_citizen PRIMARY KEY (id)
)
 PARTITION BY RANGE (id);

CREATE TABLE obs_citizen_rest PARTITION OF obs_citizen DEFAULT;

ALTER TABLE obs_citizen ENABLE ROW LEVEL SECURITY;

ALTER TABLE obs_citizen FORCE ROW LEVEL SECURITY;

CREATE POLICY obs_citizen_station ON obs_citizen USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON obs_citizen TO unjai_app, unjai_worker;

CREATE TABLE obs_conflict (
    station_id INTEGER NOT NULL,
    number BIGSERIAL NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    device_id UUID,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    clock TEXT NOT NULL,
    lon FLOAT(53),
    lat FLOAT(53),
    accuracy_m FLOAT(53),
    payload JSONB NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_obs_conflict PRIMARY KEY (number)
);

CREATE INDEX ix_obs_conflict_id ON obs_conflict (id);

CREATE INDEX ix_obs_conflict_station_id ON obs_conflict (station_id);

ALTER TABLE obs_conflict ENABLE ROW LEVEL SECURITY;

ALTER TABLE obs_conflict FORCE ROW LEVEL SECURITY;

CREATE POLICY obs_conflict_station ON obs_conflict USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON obs_conflict TO unjai_app, unjai_worker;

CREATE TABLE obs_device (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    device_id UUID,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    clock TEXT NOT NULL,
    lon FLOAT(53),
    lat FLOAT(53),
    accuracy_m FLOAT(53),
    payload JSONB NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_obs_device PRIMARY KEY (id)
)
 PARTITION BY RANGE (id);

CREATE TABLE obs_device_rest PARTITION OF obs_device DEFAULT;

ALTER TABLE obs_device ENABLE ROW LEVEL SECURITY;

ALTER TABLE obs_device FORCE ROW LEVEL SECURITY;

CREATE POLICY obs_device_station ON obs_device USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON obs_device TO unjai_app, unjai_worker;

CREATE TABLE obs_fleet (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    device_id UUID,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    clock TEXT NOT NULL,
    lon FLOAT(53),
    lat FLOAT(53),
    accuracy_m FLOAT(53),
    payload JSONB NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_obs_fleet PRIMARY KEY (id)
)
 PARTITION BY RANGE (id);

CREATE TABLE obs_fleet_rest PARTITION OF obs_fleet DEFAULT;

ALTER TABLE obs_fleet ENABLE ROW LEVEL SECURITY;

ALTER TABLE obs_fleet FORCE ROW LEVEL SECURITY;

CREATE POLICY obs_fleet_station ON obs_fleet USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON obs_fleet TO unjai_app, unjai_worker;

CREATE TABLE org_unit (
    id INTEGER NOT NULL,
    parent_id INTEGER,
    path LTREE NOT NULL,
    code TEXT NOT NULL,
    level TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT NOT NULL,
    head TEXT DEFAULT '' NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    fictional BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_org_unit PRIMARY KEY (id),
    CONSTRAINT ck_org_unit_level CHECK (level IN ('national', 'bureau', 'division', 'provincial', 'station')),
    CONSTRAINT fk_org_unit_parent_id FOREIGN KEY(parent_id) REFERENCES org_unit (id),
    CONSTRAINT uq_org_unit_path UNIQUE (path),
    CONSTRAINT uq_org_unit_code UNIQUE (code)
);

CREATE INDEX ix_org_unit_parent_id ON org_unit (parent_id);

CREATE INDEX ix_org_unit_path_tree ON org_unit USING gist (path);

GRANT SELECT, INSERT, UPDATE, DELETE ON org_unit TO unjai_app, unjai_worker;

CREATE TABLE outbox (
    id BIGSERIAL NOT NULL,
    subject TEXT NOT NULL,
    payload BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY (id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO unjai_app, unjai_worker;

CREATE TABLE place (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    house_no TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_place PRIMARY KEY (id),
    CONSTRAINT uq_place_station_id_code UNIQUE (station_id, code)
);

CREATE INDEX ix_place_station_id ON place (station_id);

ALTER TABLE place ENABLE ROW LEVEL SECURITY;

ALTER TABLE place FORCE ROW LEVEL SECURITY;

CREATE POLICY place_station ON place USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON place TO unjai_app, unjai_worker;

CREATE TABLE shift (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT NOT NULL,
    starts TIME WITHOUT TIME ZONE NOT NULL,
    ends TIME WITHOUT TIME ZONE NOT NULL,
    CONSTRAINT pk_shift PRIMARY KEY (id),
    CONSTRAINT uq_shift_station_id_name_th UNIQUE (station_id, name_th)
);

CREATE INDEX ix_shift_station_id ON shift (station_id);

ALTER TABLE shift ENABLE ROW LEVEL SECURITY;

ALTER TABLE shift FORCE ROW LEVEL SECURITY;

CREATE POLICY shift_station ON shift USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON shift TO unjai_app, unjai_worker;

CREATE TABLE sign_in_failure (
    key TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_failure PRIMARY KEY (key)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failure TO unjai_app, unjai_worker;

CREATE TABLE stream_place (
    reader TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    CONSTRAINT pk_stream_place PRIMARY KEY (reader, stream)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON stream_place TO unjai_app, unjai_worker;

CREATE TABLE street_edge (
    station_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    key TEXT NOT NULL,
    node_a INTEGER NOT NULL,
    node_b INTEGER NOT NULL,
    name_th TEXT DEFAULT '' NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    class TEXT NOT NULL,
    oneway BOOLEAN DEFAULT false NOT NULL,
    length_m DOUBLE PRECISION NOT NULL,
    geometry JSONB NOT NULL,
    lit BOOLEAN,
    CONSTRAINT pk_street_edge PRIMARY KEY (station_id, id),
    CONSTRAINT ck_street_edge_class CHECK (class IN ('main', 'collector', 'soi', 'footpath', 'unclassified')),
    CONSTRAINT uq_street_edge_station_id_key UNIQUE (station_id, key)
);

CREATE INDEX ix_street_edge_station_id ON street_edge (station_id);

ALTER TABLE street_edge ENABLE ROW LEVEL SECURITY;

ALTER TABLE street_edge FORCE ROW LEVEL SECURITY;

CREATE POLICY street_edge_station ON street_edge USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON street_edge TO unjai_app, unjai_worker;

CREATE TABLE territory_version (
    station_id INTEGER NOT NULL,
    version BIGINT NOT NULL,
    stamp UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_territory_version PRIMARY KEY (stamp),
    CONSTRAINT uq_territory_version_station_id UNIQUE (station_id)
);

CREATE INDEX ix_territory_version_station_id ON territory_version (station_id);

ALTER TABLE territory_version ENABLE ROW LEVEL SECURITY;

ALTER TABLE territory_version FORCE ROW LEVEL SECURITY;

CREATE POLICY territory_version_station ON territory_version USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON territory_version TO unjai_app, unjai_worker;

CREATE TABLE zone (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    phase TEXT DEFAULT '' NOT NULL,
    fictional BOOLEAN DEFAULT false NOT NULL,
    geometry JSONB NOT NULL,
    area_m2 DOUBLE PRECISION NOT NULL,
    declared_area_m2 DOUBLE PRECISION,
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    started_on DATE,
    CONSTRAINT pk_zone PRIMARY KEY (id),
    CONSTRAINT uq_zone_station_id_code UNIQUE (station_id, code)
);

CREATE INDEX ix_zone_station_id ON zone (station_id);

ALTER TABLE zone ENABLE ROW LEVEL SECURITY;

ALTER TABLE zone FORCE ROW LEVEL SECURITY;

CREATE POLICY zone_station ON zone USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON zone TO unjai_app, unjai_worker;

CREATE TABLE account (
    id UUID NOT NULL,
    username TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    must_change BOOLEAN NOT NULL,
    locale TEXT NOT NULL,
    home_id INTEGER NOT NULL,
    disabled BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    password_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT ck_account_locale CHECK (locale IN ('th', 'en')),
    CONSTRAINT uq_account_username UNIQUE (username),
    CONSTRAINT fk_account_home_id FOREIGN KEY(home_id) REFERENCES org_unit (id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON account TO unjai_app, unjai_worker;

CREATE TABLE assignment (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    incident_id UUID NOT NULL,
    unit_id UUID NOT NULL,
    account_id UUID,
    call_sign TEXT NOT NULL,
    state TEXT NOT NULL,
    round INTEGER NOT NULL,
    by_itself BOOLEAN DEFAULT false NOT NULL,
    road_m FLOAT,
    eta_s FLOAT,
    reason TEXT,
    offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    accepted_at TIMESTAMP WITH TIME ZONE,
    en_route_at TIMESTAMP WITH TIME ZONE,
    on_scene_at TIMESTAMP WITH TIME ZONE,
    cleared_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_assignment PRIMARY KEY (id),
    CONSTRAINT ck_assignment_state CHECK (state IN ('offered', 'accepted', 'refused', 'expired', 'withdrawn', 'en_route', 'on_scene', 'cleared')),
    CONSTRAINT fk_assignment_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_assignment_due ON assignment (expires_at) WHERE state = 'offered';

CREATE INDEX ix_assignment_incident_id ON assignment (incident_id);

CREATE INDEX ix_assignment_station_id ON assignment (station_id);

CREATE INDEX ix_assignment_unit ON assignment (unit_id, offered_at);

CREATE UNIQUE INDEX uq_assignment_open_offer ON assignment (incident_id) WHERE state = 'offered';

CREATE UNIQUE INDEX uq_assignment_open_unit ON assignment (unit_id) WHERE state IN ('offered', 'accepted', 'en_route', 'on_scene');

ALTER TABLE assignment ENABLE ROW LEVEL SECURITY;

ALTER TABLE assignment FORCE ROW LEVEL SECURITY;

CREATE POLICY assignment_station ON assignment USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON assignment TO unjai_app, unjai_worker;

CREATE TABLE community (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    zone_id UUID,
    code TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    geometry JSONB,
    households INTEGER,
    population INTEGER,
    CONSTRAINT pk_community PRIMARY KEY (id),
    CONSTRAINT uq_community_station_id_code UNIQUE (station_id, code),
    CONSTRAINT fk_community_zone_id FOREIGN KEY(zone_id) REFERENCES zone (id) ON DELETE SET NULL
);

CREATE INDEX ix_community_station_id ON community (station_id);

CREATE INDEX ix_community_zone_id ON community (zone_id);

ALTER TABLE community ENABLE ROW LEVEL SECURITY;

ALTER TABLE community FORCE ROW LEVEL SECURITY;

CREATE POLICY community_station ON community USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON community TO unjai_app, unjai_worker;

CREATE TABLE device_credential (
    station_id INTEGER NOT NULL,
    device_id UUID NOT NULL,
    secret_hash BYTEA NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    issued_by TEXT NOT NULL,
    CONSTRAINT pk_device_credential PRIMARY KEY (device_id),
    CONSTRAINT fk_device_credential_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
);

CREATE INDEX ix_device_credential_station_id ON device_credential (station_id);

ALTER TABLE device_credential ENABLE ROW LEVEL SECURITY;

ALTER TABLE device_credential FORCE ROW LEVEL SECURITY;

CREATE POLICY device_credential_station ON device_credential USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'device.admin'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON device_credential TO unjai_app, unjai_worker;

CREATE TABLE device_refusal (
    station_id INTEGER NOT NULL,
    device_id UUID NOT NULL,
    code TEXT NOT NULL,
    count BIGINT NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_device_refusal PRIMARY KEY (device_id, code),
    CONSTRAINT fk_device_refusal_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE CASCADE
);

CREATE INDEX ix_device_refusal_station_id ON device_refusal (station_id);

ALTER TABLE device_refusal ENABLE ROW LEVEL SECURITY;

ALTER TABLE device_refusal FORCE ROW LEVEL SECURITY;

CREATE POLICY device_refusal_station ON device_refusal USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON device_refusal TO unjai_app, unjai_worker;

CREATE TABLE report (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    observation_id UUID NOT NULL,
    digest TEXT NOT NULL,
    incident_id UUID NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    observed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lon FLOAT,
    lat FLOAT,
    accuracy_m FLOAT,
    placed_at TIMESTAMP WITH TIME ZONE,
    source TEXT NOT NULL,
    device_id UUID,
    device_key TEXT,
    unit_id UUID,
    text TEXT DEFAULT '' NOT NULL,
    place_text TEXT DEFAULT '' NOT NULL,
    silent BOOLEAN DEFAULT false NOT NULL,
    joined_why TEXT,
    distance_m FLOAT,
    split_from UUID,
    CONSTRAINT pk_report PRIMARY KEY (id),
    CONSTRAINT uq_report_observation_id UNIQUE (observation_id),
    CONSTRAINT fk_report_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_report_incident_id ON report (incident_id);

CREATE INDEX ix_report_source ON report (source, observed_at);

CREATE INDEX ix_report_station_id ON report (station_id);

ALTER TABLE report ENABLE ROW LEVEL SECURITY;

ALTER TABLE report FORCE ROW LEVEL SECURITY;

CREATE POLICY report_station ON report USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON report TO unjai_app, unjai_worker;

CREATE TABLE subzone (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    zone_id UUID NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    geometry JSONB NOT NULL,
    area_m2 DOUBLE PRECISION NOT NULL,
    reason_th TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_subzone PRIMARY KEY (id),
    CONSTRAINT ck_subzone_kind CHECK (kind IN ('economic', 'risk', 'landmark')),
    CONSTRAINT uq_subzone_station_id_code UNIQUE (station_id, code),
    CONSTRAINT fk_subzone_zone_id FOREIGN KEY(zone_id) REFERENCES zone (id) ON DELETE CASCADE
);

CREATE INDEX ix_subzone_station_id ON subzone (station_id);

CREATE INDEX ix_subzone_zone_id ON subzone (zone_id);

ALTER TABLE subzone ENABLE ROW LEVEL SECURITY;

ALTER TABLE subzone FORCE ROW LEVEL SECURITY;

CREATE POLICY subzone_station ON subzone USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON subzone TO unjai_app, unjai_worker;

CREATE TABLE timeline (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    seq BIGINT GENERATED BY DEFAULT AS IDENTITY,
    incident_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    account_id UUID,
    kind TEXT NOT NULL,
    facts JSONB NOT NULL,
    CONSTRAINT pk_timeline PRIMARY KEY (id),
    CONSTRAINT fk_timeline_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id)
);

CREATE INDEX ix_timeline_at ON timeline (at);

CREATE INDEX ix_timeline_incident ON timeline (incident_id, seq);

CREATE INDEX ix_timeline_station_id ON timeline (station_id);

ALTER TABLE timeline ENABLE ROW LEVEL SECURITY;

ALTER TABLE timeline FORCE ROW LEVEL SECURITY;

CREATE POLICY timeline_station ON timeline USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON timeline TO unjai_app, unjai_worker;

CREATE TABLE account_role (
    account_id UUID NOT NULL,
    role TEXT NOT NULL,
    org_unit_id INTEGER NOT NULL,
    granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    granted_by TEXT NOT NULL,
    CONSTRAINT pk_account_role PRIMARY KEY (account_id, role, org_unit_id),
    CONSTRAINT fk_account_role_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT fk_account_role_org_unit_id FOREIGN KEY(org_unit_id) REFERENCES org_unit (id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON account_role TO unjai_app, unjai_worker;

CREATE TABLE report_caller (
    station_id INTEGER NOT NULL,
    report_id UUID NOT NULL,
    name TEXT,
    phone TEXT,
    CONSTRAINT pk_report_caller PRIMARY KEY (report_id),
    CONSTRAINT fk_report_caller_report_id FOREIGN KEY(report_id) REFERENCES report (id)
);

CREATE INDEX ix_report_caller_station_id ON report_caller (station_id);

ALTER TABLE report_caller ENABLE ROW LEVEL SECURITY;

ALTER TABLE report_caller FORCE ROW LEVEL SECURITY;

CREATE POLICY report_caller_station ON report_caller USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]) AND (string_to_array(current_setting('unjai.rights', true), ',') && ARRAY['*', 'caller.read'])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON report_caller TO unjai_app, unjai_worker;

CREATE TABLE session (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    station_id INTEGER,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    CONSTRAINT pk_session PRIMARY KEY (id),
    CONSTRAINT fk_session_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT uq_session_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_session_account_id ON session (account_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON session TO unjai_app, unjai_worker;

CREATE TABLE unit (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    call_sign TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT NOT NULL,
    capabilities TEXT[] NOT NULL,
    account_id UUID,
    device_id UUID,
    mark INTEGER GENERATED BY DEFAULT AS IDENTITY,
    disabled BOOLEAN DEFAULT false NOT NULL,
    work TEXT DEFAULT 'free' NOT NULL,
    incident_id UUID,
    CONSTRAINT pk_unit PRIMARY KEY (id),
    CONSTRAINT uq_unit_station_id_call_sign UNIQUE (station_id, call_sign),
    CONSTRAINT ck_unit_kind CHECK (kind IN ('car', 'motorcycle', 'foot', 'volunteer')),
    CONSTRAINT ck_unit_work CHECK (work IN ('free', 'offered', 'en_route', 'on_scene', 'closing')),
    CONSTRAINT uq_unit_account_id UNIQUE (account_id),
    CONSTRAINT fk_unit_account_id FOREIGN KEY(account_id) REFERENCES account (id),
    CONSTRAINT uq_unit_device_id UNIQUE (device_id),
    CONSTRAINT fk_unit_device_id FOREIGN KEY(device_id) REFERENCES device (id) ON DELETE SET NULL,
    CONSTRAINT uq_unit_mark UNIQUE (mark)
);

CREATE INDEX ix_unit_station_id ON unit (station_id);

ALTER TABLE unit ENABLE ROW LEVEL SECURITY;

ALTER TABLE unit FORCE ROW LEVEL SECURITY;

CREATE POLICY unit_station ON unit USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON unit TO unjai_app, unjai_worker;

CREATE TABLE duty (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    unit_id UUID NOT NULL,
    shift_id UUID,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    to_at TIMESTAMP WITH TIME ZONE,
    signed_on_by TEXT NOT NULL,
    signed_off_by TEXT,
    CONSTRAINT pk_duty PRIMARY KEY (id),
    CONSTRAINT ck_duty_order CHECK (to_at IS NULL OR to_at >= from_at),
    CONSTRAINT fk_duty_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id) ON DELETE CASCADE,
    CONSTRAINT fk_duty_shift_id FOREIGN KEY(shift_id) REFERENCES shift (id) ON DELETE SET NULL
);

CREATE INDEX ix_duty_station_id ON duty (station_id);

CREATE INDEX ix_duty_unit_id_from_at ON duty (unit_id, from_at);

CREATE UNIQUE INDEX ux_duty_open ON duty (unit_id) WHERE to_at IS NULL;

ALTER TABLE duty ENABLE ROW LEVEL SECURITY;

ALTER TABLE duty FORCE ROW LEVEL SECURITY;

CREATE POLICY duty_station ON duty USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON duty TO unjai_app, unjai_worker;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO unjai_app, unjai_worker;
