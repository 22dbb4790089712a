CREATE TABLE person (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    rank TEXT NOT NULL,
    prefix TEXT NOT NULL,
    female BOOLEAN NOT NULL,
    acting_rank BOOLEAN NOT NULL,
    doctor BOOLEAN NOT NULL,
    first_th TEXT NOT NULL,
    last_th TEXT NOT NULL,
    first_en TEXT NOT NULL,
    last_en TEXT NOT NULL,
    phone TEXT NOT NULL,
    call_sign TEXT NOT NULL,
    home_id INTEGER NOT NULL,
    note TEXT NOT NULL,
    left_on DATE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_person PRIMARY KEY (id),
    CONSTRAINT ck_person_kind CHECK (kind IN ('police', 'police_volunteer', 'citizen_volunteer', 'public_spirit', 'civilian')),
    CONSTRAINT fk_person_home_id FOREIGN KEY(home_id) REFERENCES org_unit (id)
);

CREATE INDEX ix_person_station_id ON person (station_id);

ALTER TABLE person ENABLE ROW LEVEL SECURITY;

ALTER TABLE person FORCE ROW LEVEL SECURITY;

CREATE POLICY person_station ON person USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON person TO unjai_app, unjai_worker;

CREATE TABLE post (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    position TEXT NOT NULL,
    org_unit_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    single BOOLEAN NOT NULL,
    grade INTEGER,
    from_on DATE NOT NULL,
    until_on DATE,
    order_ref TEXT NOT NULL,
    reason TEXT NOT NULL,
    roles TEXT[] NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_post PRIMARY KEY (id),
    CONSTRAINT ck_post_kind CHECK (kind IN ('substantive', 'acting', 'delegated', 'attached')),
    CONSTRAINT ck_post_dates CHECK (until_on IS NULL OR until_on >= from_on),
    CONSTRAINT ck_post_grade CHECK (grade IS NULL OR grade BETWEEN 1 AND 10),
    CONSTRAINT ex_post_chair EXCLUDE USING gist (position WITH =, org_unit_id WITH =, kind WITH =, daterange(from_on, until_on, '[]') WITH &&) WHERE (single),
    CONSTRAINT fk_post_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE,
    CONSTRAINT fk_post_org_unit_id FOREIGN KEY(org_unit_id) REFERENCES org_unit (id)
);

CREATE INDEX ix_post_chair ON post (org_unit_id, position);

CREATE INDEX ix_post_person_id ON post (person_id);

CREATE INDEX ix_post_station_id ON post (station_id);

ALTER TABLE post ENABLE ROW LEVEL SECURITY;

ALTER TABLE post FORCE ROW LEVEL SECURITY;

CREATE POLICY post_station ON post USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON post TO unjai_app, unjai_worker;

ALTER TABLE account
    ADD COLUMN person_id UUID,
    ADD COLUMN until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN sector TEXT DEFAULT '' NOT NULL,
    ADD COLUMN organisation TEXT DEFAULT '' NOT NULL,
    ADD COLUMN contact TEXT DEFAULT '' NOT NULL;

ALTER TABLE account
    ADD CONSTRAINT uq_account_person_id UNIQUE (person_id),
    ADD CONSTRAINT fk_account_person_id FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE SET NULL,
    ADD CONSTRAINT ck_account_sector CHECK (sector IN ('', 'police', 'residents', 'local_government', 'business', 'state_agency', 'media'));

ALTER TABLE account_role
    ADD COLUMN source TEXT DEFAULT '' NOT NULL,
    ADD COLUMN since TIMESTAMP WITH TIME ZONE,
    ADD COLUMN until TIMESTAMP WITH TIME ZONE;

ALTER TABLE account_role
    DROP CONSTRAINT pk_account_role,
    ADD CONSTRAINT pk_account_role PRIMARY KEY (account_id, role, org_unit_id, source),
    ADD CONSTRAINT ck_account_role_dates CHECK (until IS NULL OR since IS NULL OR until > since);

ALTER TABLE unit
    ADD COLUMN vehicle TEXT DEFAULT '' NOT NULL,
    ADD COLUMN registration TEXT DEFAULT '' NOT NULL;

ALTER TABLE shift
    ADD COLUMN retired BOOLEAN DEFAULT false NOT NULL,
    DROP CONSTRAINT uq_shift_station_id_name_th;

CREATE UNIQUE INDEX ux_shift_name ON shift (station_id, name_th) WHERE NOT retired;
