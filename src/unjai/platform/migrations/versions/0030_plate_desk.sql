-- Lane cameras: whose plates the centre reads itself, and which lane and direction that is.
ALTER TABLE camera ADD COLUMN read_plates BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE camera ADD COLUMN plate_lane TEXT DEFAULT '' NOT NULL;

ALTER TABLE camera ADD COLUMN plate_direction TEXT DEFAULT '' NOT NULL;

-- The desk of plates: files that are read and listed in parts, holds with an end, who is told of a hit.
ALTER TABLE watch_import ADD COLUMN size_bytes BIGINT DEFAULT 0 NOT NULL;

ALTER TABLE watch_import ADD COLUMN read_bytes BIGINT DEFAULT 0 NOT NULL;

ALTER TABLE watch_import ADD COLUMN touched_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE watch_import ADD COLUMN why JSONB;

ALTER TABLE watch_import ADD COLUMN approved_by UUID;

ALTER TABLE watch_import ADD COLUMN approver_name TEXT DEFAULT '' NOT NULL;

ALTER TABLE watch_import ADD COLUMN taken_row INTEGER DEFAULT 0 NOT NULL;

ALTER TABLE watch_import DROP CONSTRAINT ck_watch_import_state;

ALTER TABLE watch_import ADD CONSTRAINT ck_watch_import_state CHECK (state IN ('reading', 'staged', 'proposed', 'taking', 'done', 'dropped', 'failed'));

GRANT MAINTAIN ON watch_import_row TO unjai_app, unjai_worker;

GRANT MAINTAIN ON watch_entry TO unjai_worker;

ALTER TABLE watch_entry ADD COLUMN notify_accounts UUID[] DEFAULT '{}' NOT NULL;

ALTER TABLE watch_entry ADD COLUMN notify_probable BOOLEAN DEFAULT false NOT NULL;

CREATE TABLE plate_hold (
    station_id INTEGER NOT NULL,
    case_number TEXT NOT NULL,
    held_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reads INTEGER NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE,
    ended_by TEXT DEFAULT '' NOT NULL,
    ended_why TEXT DEFAULT '' NOT NULL,
    released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_plate_hold PRIMARY KEY (station_id, case_number)
);

CREATE INDEX ix_plate_hold_station_id ON plate_hold (station_id);

ALTER TABLE plate_hold ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_hold FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_hold_station ON plate_hold USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_hold TO unjai_app, unjai_worker;

GRANT SELECT, INSERT, UPDATE ON plate_hold TO unjai_search;

CREATE TABLE plate_notice (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    hit_id UUID NOT NULL,
    grade TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    said JSONB NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_plate_notice PRIMARY KEY (id),
    CONSTRAINT uq_plate_notice_hit_id_account_id_grade UNIQUE (hit_id, account_id, grade)
);

CREATE INDEX ix_plate_notice_account ON plate_notice (account_id, at);

CREATE INDEX ix_plate_notice_station_id ON plate_notice (station_id);

ALTER TABLE plate_notice ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_notice FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_notice_station ON plate_notice USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_notice TO unjai_app, unjai_worker;

CREATE OR REPLACE FUNCTION copy_held_plate_reads(reads uuid[], case_number text, held_at timestamptz, held_by text) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    copied int;
BEGIN
    WITH fresh AS (
        INSERT INTO held_plate_read (station_id, case_number, id, registration, province, camera, at, received_at, confidence,
            province_confidence, width_px, vehicle_type, vehicle_colour, plate_colour, crop, still, facts, held_at, held_by)
        SELECT r.station_id, copy_held_plate_reads.case_number, r.id, p.registration, coalesce(p.province, ''), c.key,
            least(uuid_extract_timestamp(r.id), r.received_at), r.received_at, r.confidence, r.province_confidence, r.width_px,
            r.vehicle_type, r.vehicle_colour, r.plate_colour, r.crop, r.still, r.facts,
            copy_held_plate_reads.held_at, copy_held_plate_reads.held_by
        FROM plate_read r JOIN plate_camera c ON c.id = r.camera_id LEFT JOIN plate p ON p.id = r.plate_id
        WHERE r.id = ANY (copy_held_plate_reads.reads) AND r.station_id = ANY (scope_stations())
        ON CONFLICT DO NOTHING RETURNING station_id),
    noted AS (
        INSERT INTO plate_hold AS h (station_id, case_number, held_at, reads)
        SELECT f.station_id, copy_held_plate_reads.case_number, copy_held_plate_reads.held_at, count(*) FROM fresh f
        GROUP BY f.station_id ORDER BY f.station_id
        ON CONFLICT ON CONSTRAINT pk_plate_hold DO UPDATE SET held_at = EXCLUDED.held_at, released_at = NULL,
            reads = CASE WHEN h.released_at IS NULL THEN h.reads ELSE 0 END + EXCLUDED.reads,
            ends_at = CASE WHEN h.released_at IS NULL AND h.ends_at IS NOT NULL
                THEN greatest(h.ends_at, EXCLUDED.held_at + interval '30 days') END
        RETURNING 1)
    SELECT count(*)::int INTO copied FROM fresh;
    RETURN copied;
END
$$;

INSERT INTO plate_hold (station_id, case_number, held_at, reads)
SELECT station_id, case_number, max(held_at), count(*) FROM held_plate_read GROUP BY station_id, case_number;

-- Which version of the table of look-alikes made a plate's skeleton.
ALTER TABLE plate ADD COLUMN folded_by TEXT DEFAULT '' NOT NULL;
