ALTER TABLE duty
    ADD COLUMN call_sign TEXT DEFAULT '' NOT NULL,
    ADD COLUMN vehicle TEXT DEFAULT '' NOT NULL,
    ADD COLUMN registration TEXT DEFAULT '' NOT NULL,
    ADD COLUMN odometer_km INTEGER,
    ADD COLUMN beat TEXT DEFAULT '' NOT NULL,
    ADD COLUMN came_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN note TEXT DEFAULT '' NOT NULL,
    ADD CONSTRAINT ck_duty_odometer CHECK (odometer_km IS NULL OR odometer_km BETWEEN 0 AND 9999999);

CREATE TABLE roster_unit (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    day DATE NOT NULL,
    shift_id UUID NOT NULL,
    unit_id UUID NOT NULL,
    call_sign TEXT NOT NULL,
    vehicle TEXT NOT NULL,
    registration TEXT NOT NULL,
    beat TEXT NOT NULL,
    note TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_roster_unit PRIMARY KEY (id),
    CONSTRAINT fk_roster_unit_shift_id FOREIGN KEY(shift_id) REFERENCES shift (id) ON DELETE CASCADE,
    CONSTRAINT fk_roster_unit_unit_id FOREIGN KEY(unit_id) REFERENCES unit (id) ON DELETE CASCADE
);

CREATE INDEX ix_roster_unit_station_id ON roster_unit (station_id);

CREATE INDEX ix_roster_unit_unit_id ON roster_unit (unit_id, day);

CREATE UNIQUE INDEX ux_roster_unit ON roster_unit (day, shift_id, unit_id);

ALTER TABLE roster_unit ENABLE ROW LEVEL SECURITY;

ALTER TABLE roster_unit FORCE ROW LEVEL SECURITY;

CREATE POLICY roster_unit_station ON roster_unit USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON roster_unit TO unjai_app, unjai_worker;

CREATE TABLE duty_crew (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    duty_id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT NOT NULL,
    line TEXT NOT NULL,
    own_phone BOOLEAN NOT NULL,
    from_at TIMESTAMP WITH TIME ZONE NOT NULL,
    to_at TIMESTAMP WITH TIME ZONE,
    came_at TIMESTAMP WITH TIME ZONE NOT NULL,
    signed_on_by TEXT NOT NULL,
    signed_off_by TEXT,
    why TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_duty_crew PRIMARY KEY (id),
    CONSTRAINT ck_duty_crew_kind CHECK (kind IN ('officer', 'police_volunteer', 'citizen_volunteer', 'public_spirit', 'volunteer')),
    CONSTRAINT ck_duty_crew_line CHECK (line IN ('prevention', 'traffic', 'investigation', 'inquiry', 'administration')),
    CONSTRAINT ck_duty_crew_why CHECK (why IN ('', 'officer_left', 'unit_off', 'forgotten')),
    CONSTRAINT ck_duty_crew_order CHECK (to_at IS NULL OR to_at >= from_at),
    CONSTRAINT fk_duty_crew_duty_id FOREIGN KEY(duty_id) REFERENCES duty (id) ON DELETE CASCADE,
    CONSTRAINT fk_duty_crew_account_id FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE INDEX ix_duty_crew_account_id_from_at ON duty_crew (account_id, from_at);

CREATE INDEX ix_duty_crew_duty_id ON duty_crew (duty_id);

CREATE INDEX ix_duty_crew_station_id ON duty_crew (station_id);

CREATE UNIQUE INDEX ux_duty_crew_open ON duty_crew (account_id) WHERE to_at IS NULL;

ALTER TABLE duty_crew ENABLE ROW LEVEL SECURITY;

ALTER TABLE duty_crew FORCE ROW LEVEL SECURITY;

CREATE POLICY duty_crew_station ON duty_crew USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON duty_crew TO unjai_app, unjai_worker;

CREATE TABLE roster_crew (
    station_id INTEGER NOT NULL,
    roster_id UUID NOT NULL,
    account_id UUID NOT NULL,
    line TEXT NOT NULL,
    CONSTRAINT pk_roster_crew PRIMARY KEY (roster_id, account_id),
    CONSTRAINT ck_roster_crew_line CHECK (line IN ('prevention', 'traffic', 'investigation', 'inquiry', 'administration')),
    CONSTRAINT fk_roster_crew_roster_id FOREIGN KEY(roster_id) REFERENCES roster_unit (id) ON DELETE CASCADE,
    CONSTRAINT fk_roster_crew_account_id FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE INDEX ix_roster_crew_account_id ON roster_crew (account_id);

CREATE INDEX ix_roster_crew_station_id ON roster_crew (station_id);

ALTER TABLE roster_crew ENABLE ROW LEVEL SECURITY;

ALTER TABLE roster_crew FORCE ROW LEVEL SECURITY;

CREATE POLICY roster_crew_station ON roster_crew USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON roster_crew TO unjai_app, unjai_worker;
