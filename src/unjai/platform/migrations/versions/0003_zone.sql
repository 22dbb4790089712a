CREATE TABLE boundary (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    level TEXT NOT NULL,
    code TEXT NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    schematic BOOLEAN DEFAULT false NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    as_of DATE,
    geometry JSONB NOT NULL,
    west DOUBLE PRECISION NOT NULL,
    south DOUBLE PRECISION NOT NULL,
    east DOUBLE PRECISION NOT NULL,
    north DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_boundary PRIMARY KEY (id),
    CONSTRAINT ck_boundary_level CHECK (level IN ('tambon', 'district', 'province')),
    CONSTRAINT uq_boundary_station_id_level_code UNIQUE (station_id, level, code)
);

CREATE INDEX ix_boundary_south_north ON boundary (station_id, south, north);

CREATE INDEX ix_boundary_station_id ON boundary (station_id);

ALTER TABLE boundary ENABLE ROW LEVEL SECURITY;

ALTER TABLE boundary FORCE ROW LEVEL SECURITY;

CREATE POLICY boundary_station ON boundary USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON boundary TO unjai_app, unjai_worker;

CREATE TABLE ccoc_room (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    name_th TEXT DEFAULT '' NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    elsewhere BOOLEAN DEFAULT false NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    changed_by TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ccoc_room PRIMARY KEY (id),
    CONSTRAINT uq_ccoc_room_station_id UNIQUE (station_id)
);

CREATE INDEX ix_ccoc_room_station_id ON ccoc_room (station_id);

ALTER TABLE ccoc_room ENABLE ROW LEVEL SECURITY;

ALTER TABLE ccoc_room FORCE ROW LEVEL SECURITY;

CREATE POLICY ccoc_room_station ON ccoc_room USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON ccoc_room TO unjai_app, unjai_worker;

CREATE TABLE check_item (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    key TEXT NOT NULL,
    checklist TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    text_th TEXT NOT NULL,
    text_en TEXT DEFAULT '' NOT NULL,
    removed BOOLEAN DEFAULT false NOT NULL,
    done_on DATE,
    done_by TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_check_item PRIMARY KEY (id),
    CONSTRAINT ck_check_item_checklist CHECK (checklist IN ('readiness', 'room')),
    CONSTRAINT uq_check_item_station_id_key UNIQUE (station_id, key)
);

CREATE INDEX ix_check_item_station_id ON check_item (station_id);

ALTER TABLE check_item ENABLE ROW LEVEL SECURITY;

ALTER TABLE check_item FORCE ROW LEVEL SECURITY;

CREATE POLICY check_item_station ON check_item USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON check_item TO unjai_app, unjai_worker;

CREATE TABLE zone_figure (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    zone_id UUID NOT NULL,
    kind TEXT NOT NULL,
    value BIGINT NOT NULL,
    as_of DATE NOT NULL,
    source TEXT NOT NULL,
    noted_by TEXT NOT NULL,
    noted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_zone_figure PRIMARY KEY (id),
    CONSTRAINT ck_zone_figure_kind CHECK (kind IN ('population', 'households')),
    CONSTRAINT fk_zone_figure_zone_id FOREIGN KEY(zone_id) REFERENCES zone (id) ON DELETE CASCADE
);

CREATE INDEX ix_zone_figure_station_id ON zone_figure (station_id);

CREATE INDEX ix_zone_figure_zone_id ON zone_figure (zone_id);

ALTER TABLE zone_figure ENABLE ROW LEVEL SECURITY;

ALTER TABLE zone_figure FORCE ROW LEVEL SECURITY;

CREATE POLICY zone_figure_station ON zone_figure USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON zone_figure TO unjai_app, unjai_worker;

CREATE TABLE zone_phase (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    zone_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    name_th TEXT NOT NULL,
    name_en TEXT DEFAULT '' NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    CONSTRAINT pk_zone_phase PRIMARY KEY (id),
    CONSTRAINT ck_zone_phase_order CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT fk_zone_phase_zone_id FOREIGN KEY(zone_id) REFERENCES zone (id) ON DELETE CASCADE
);

CREATE INDEX ix_zone_phase_station_id ON zone_phase (station_id);

CREATE INDEX ix_zone_phase_zone_id ON zone_phase (zone_id);

ALTER TABLE zone_phase ENABLE ROW LEVEL SECURITY;

ALTER TABLE zone_phase FORCE ROW LEVEL SECURITY;

CREATE POLICY zone_phase_station ON zone_phase USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON zone_phase TO unjai_app, unjai_worker;

CREATE TABLE zone_plan (
    station_id INTEGER NOT NULL,
    zone_id UUID NOT NULL,
    why_th TEXT DEFAULT '' NOT NULL,
    declared_communities INTEGER,
    declared_source TEXT DEFAULT '' NOT NULL,
    declared_on DATE,
    unplaced JSONB DEFAULT '[]'::jsonb NOT NULL,
    edited_by TEXT NOT NULL,
    edited_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_zone_plan PRIMARY KEY (zone_id),
    CONSTRAINT fk_zone_plan_zone_id FOREIGN KEY(zone_id) REFERENCES zone (id) ON DELETE CASCADE
);

CREATE INDEX ix_zone_plan_station_id ON zone_plan (station_id);

ALTER TABLE zone_plan ENABLE ROW LEVEL SECURITY;

ALTER TABLE zone_plan FORCE ROW LEVEL SECURITY;

CREATE POLICY zone_plan_station ON zone_plan USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON zone_plan TO unjai_app, unjai_worker;
