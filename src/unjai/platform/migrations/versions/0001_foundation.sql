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
    station_id SERIAL NOT NULL,
    version BIGINT NOT NULL,
    stamp UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_territory_version PRIMARY KEY (station_id)
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

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO unjai_app, unjai_worker;
