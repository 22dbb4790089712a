CREATE TABLE committee_visit (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    visited_on DATE NOT NULL,
    committee TEXT NOT NULL,
    form TEXT NOT NULL,
    state TEXT DEFAULT 'draft' NOT NULL,
    marks JSONB NOT NULL,
    notes JSONB NOT NULL,
    summary TEXT DEFAULT '' NOT NULL,
    score DOUBLE PRECISION,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE,
    signed_by TEXT DEFAULT '' NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_committee_visit PRIMARY KEY (id),
    CONSTRAINT ck_committee_visit_state CHECK (state IN ('draft', 'signed')),
    CONSTRAINT ck_committee_visit_signed CHECK ((state = 'signed') = (score IS NOT NULL AND signed_at IS NOT NULL))
);

CREATE INDEX ix_committee_visit_day ON committee_visit (station_id, visited_on);

CREATE INDEX ix_committee_visit_station_id ON committee_visit (station_id);

ALTER TABLE committee_visit ENABLE ROW LEVEL SECURITY;

ALTER TABLE committee_visit FORCE ROW LEVEL SECURITY;

CREATE POLICY committee_visit_station ON committee_visit USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON committee_visit TO unjai_app, unjai_worker;

CREATE TABLE corrective_action (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    what TEXT NOT NULL,
    about TEXT DEFAULT '' NOT NULL,
    visit_id UUID,
    owner TEXT NOT NULL,
    due DATE NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    steps JSONB NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_by TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_corrective_action PRIMARY KEY (id),
    CONSTRAINT ck_corrective_action_state CHECK (state IN ('open', 'done', 'dropped'))
);

CREATE INDEX ix_corrective_action_due ON corrective_action (station_id, state, due);

CREATE INDEX ix_corrective_action_station_id ON corrective_action (station_id);

ALTER TABLE corrective_action ENABLE ROW LEVEL SECURITY;

ALTER TABLE corrective_action FORCE ROW LEVEL SECURITY;

CREATE POLICY corrective_action_station ON corrective_action USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON corrective_action TO unjai_app, unjai_worker;

CREATE TABLE technology (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    novel TEXT NOT NULL,
    since DATE NOT NULL,
    funded_by TEXT DEFAULT '' NOT NULL,
    counted_as TEXT DEFAULT '' NOT NULL,
    retired_on DATE,
    note TEXT DEFAULT '' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_technology PRIMARY KEY (id),
    CONSTRAINT ck_technology_novel CHECK (novel IN ('existing', 'new'))
);

CREATE INDEX ix_technology_station_id ON technology (station_id);

CREATE UNIQUE INDEX uq_technology_name ON technology (station_id, name);

ALTER TABLE technology ENABLE ROW LEVEL SECURITY;

ALTER TABLE technology FORCE ROW LEVEL SECURITY;

CREATE POLICY technology_station ON technology USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON technology TO unjai_app, unjai_worker;
