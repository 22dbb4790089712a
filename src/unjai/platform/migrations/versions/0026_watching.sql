CREATE TABLE ledger_day (
    station_id INTEGER NOT NULL,
    day DATE NOT NULL,
    told JSONB NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    note UUID NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT pk_ledger_day PRIMARY KEY (station_id, day)
);

CREATE INDEX ix_ledger_day_station_id ON ledger_day (station_id);

ALTER TABLE ledger_day ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_day FORCE ROW LEVEL SECURITY;

CREATE POLICY ledger_day_station ON ledger_day USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT ON ledger_day TO unjai_app, unjai_worker;

CREATE TABLE ledger_entry (
    station_id INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    day DATE NOT NULL,
    kind TEXT NOT NULL,
    leaf BYTEA NOT NULL,
    CONSTRAINT pk_ledger_entry PRIMARY KEY (seq),
    CONSTRAINT uq_ledger_entry_leaf UNIQUE (leaf)
);

CREATE INDEX ix_ledger_entry_day ON ledger_entry (station_id, day);

CREATE INDEX ix_ledger_entry_station_id ON ledger_entry (station_id);

ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_entry FORCE ROW LEVEL SECURITY;

CREATE POLICY ledger_entry_station ON ledger_entry USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT ON ledger_entry TO unjai_app, unjai_worker;

CREATE TABLE ledger_setting (
    station_id INTEGER NOT NULL,
    shown BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_ledger_setting PRIMARY KEY (station_id, changed_at)
);

CREATE INDEX ix_ledger_setting_station_id ON ledger_setting (station_id);

ALTER TABLE ledger_setting ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_setting FORCE ROW LEVEL SECURITY;

CREATE POLICY ledger_setting_station ON ledger_setting USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT ON ledger_setting TO unjai_app, unjai_worker;
