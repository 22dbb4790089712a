CREATE TABLE figure_entry (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    month DATE NOT NULL,
    code TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    n INTEGER NOT NULL,
    source TEXT NOT NULL,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    entered_by TEXT NOT NULL,
    CONSTRAINT pk_figure_entry PRIMARY KEY (id),
    CONSTRAINT ck_figure_entry_source CHECK (source <> '')
);

CREATE INDEX ix_figure_entry_station_id ON figure_entry (station_id);

CREATE UNIQUE INDEX uq_figure_entry_code ON figure_entry (station_id, month, code);

ALTER TABLE figure_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE figure_entry FORCE ROW LEVEL SECURITY;

CREATE POLICY figure_entry_station ON figure_entry USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON figure_entry TO unjai_app, unjai_worker;

CREATE TABLE figure_month (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    month DATE NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    facts BYTEA NOT NULL,
    digest TEXT NOT NULL,
    figures JSONB NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_by TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE,
    opened_by TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_figure_month PRIMARY KEY (id),
    CONSTRAINT ck_figure_month_state CHECK (state IN ('closed', 'opened')),
    CONSTRAINT ck_figure_month_reason CHECK (state = 'closed' OR reason <> ''),
    CONSTRAINT ck_figure_month_month CHECK (extract(day FROM month) = 1)
);

CREATE INDEX ix_figure_month_station_id ON figure_month (station_id);

CREATE UNIQUE INDEX uq_figure_month_version ON figure_month (station_id, month, version);

ALTER TABLE figure_month ENABLE ROW LEVEL SECURITY;

ALTER TABLE figure_month FORCE ROW LEVEL SECURITY;

CREATE POLICY figure_month_station ON figure_month USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON figure_month TO unjai_app, unjai_worker;
