CREATE TABLE held_plate_read (
    station_id INTEGER NOT NULL,
    case_number TEXT NOT NULL,
    id UUID NOT NULL,
    registration TEXT,
    province TEXT NOT NULL,
    camera TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    confidence SMALLINT,
    province_confidence SMALLINT,
    width_px SMALLINT,
    vehicle_type TEXT,
    vehicle_colour TEXT,
    plate_colour TEXT,
    crop BYTEA,
    still BYTEA,
    facts JSONB,
    held_at TIMESTAMP WITH TIME ZONE NOT NULL,
    held_by TEXT NOT NULL,
    CONSTRAINT pk_held_plate_read PRIMARY KEY (case_number, id)
);

CREATE INDEX ix_held_plate_read_crop ON held_plate_read (crop);

CREATE INDEX ix_held_plate_read_station_id ON held_plate_read (station_id);

CREATE INDEX ix_held_plate_read_still ON held_plate_read (still);

ALTER TABLE held_plate_read ENABLE ROW LEVEL SECURITY;

ALTER TABLE held_plate_read FORCE ROW LEVEL SECURITY;

CREATE POLICY held_plate_read_station ON held_plate_read USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON held_plate_read TO unjai_worker;

GRANT SELECT, INSERT ON held_plate_read TO unjai_search;

CREATE TABLE plate (
    station_id INTEGER NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    last_day DATE NOT NULL,
    registration TEXT NOT NULL,
    province TEXT NOT NULL,
    skeleton TEXT NOT NULL,
    digits TEXT NOT NULL,
    CONSTRAINT pk_plate PRIMARY KEY (id),
    CONSTRAINT uq_plate_station_id_registration_province UNIQUE (station_id, registration, province)
);

CREATE INDEX ix_plate_digits ON plate (station_id, digits, province);

CREATE INDEX ix_plate_registration ON plate USING gin (lower(registration) gin_trgm_ops) WITH (fastupdate = off);

CREATE INDEX ix_plate_skeleton ON plate (station_id, skeleton);

CREATE INDEX ix_plate_station_id ON plate (station_id);

ALTER TABLE plate ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_station ON plate USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate TO unjai_worker;

GRANT SELECT ON plate TO unjai_search;

CREATE TABLE plate_camera (
    station_id INTEGER NOT NULL,
    id INTEGER GENERATED ALWAYS AS IDENTITY,
    key TEXT NOT NULL,
    CONSTRAINT pk_plate_camera PRIMARY KEY (id),
    CONSTRAINT uq_plate_camera_station_id_key UNIQUE (station_id, key)
);

CREATE INDEX ix_plate_camera_station_id ON plate_camera (station_id);

ALTER TABLE plate_camera ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_camera FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_camera_station ON plate_camera USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_camera TO unjai_worker;

GRANT SELECT ON plate_camera TO unjai_search;

CREATE TABLE plate_case (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    number TEXT NOT NULL,
    about TEXT DEFAULT '' NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    opened_by TEXT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_plate_case PRIMARY KEY (id),
    CONSTRAINT uq_plate_case_station_id_number UNIQUE (station_id, number)
);

CREATE INDEX ix_plate_case_station_id ON plate_case (station_id);

ALTER TABLE plate_case ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_case FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_case_station ON plate_case USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_case TO unjai_app, unjai_worker;

CREATE TABLE plate_read (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    plate_id BIGINT,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    digest BIGINT NOT NULL,
    camera_id INTEGER NOT NULL,
    confidence SMALLINT,
    province_confidence SMALLINT,
    width_px SMALLINT,
    vehicle_type TEXT,
    vehicle_colour TEXT,
    plate_colour TEXT,
    crop BYTEA,
    still BYTEA,
    facts JSONB,
    CONSTRAINT pk_plate_read PRIMARY KEY (id)
)
 PARTITION BY RANGE (id);

CREATE INDEX ix_plate_read_camera ON plate_read (camera_id, id) INCLUDE (plate_id);

CREATE INDEX ix_plate_read_plate ON plate_read (plate_id, id);

CREATE TABLE plate_read_rest PARTITION OF plate_read DEFAULT;

ALTER TABLE plate_read ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_read FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_read_station ON plate_read USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_read TO unjai_worker;

GRANT SELECT ON plate_read TO unjai_search;

CREATE TABLE plate_search (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    asked JSONB NOT NULL,
    reason TEXT NOT NULL,
    said TEXT DEFAULT '' NOT NULL,
    wide BOOLEAN NOT NULL,
    asked_by TEXT NOT NULL,
    asked_name TEXT NOT NULL,
    account_id UUID,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    note UUID NOT NULL,
    found INTEGER,
    CONSTRAINT pk_plate_search PRIMARY KEY (id),
    CONSTRAINT fk_plate_search_case_id FOREIGN KEY(case_id) REFERENCES plate_case (id)
);

CREATE INDEX ix_plate_search_case ON plate_search (case_id);

CREATE INDEX ix_plate_search_opened ON plate_search (station_id, opened_at);

CREATE INDEX ix_plate_search_station_id ON plate_search (station_id);

ALTER TABLE plate_search ENABLE ROW LEVEL SECURITY;

ALTER TABLE plate_search FORCE ROW LEVEL SECURITY;

CREATE POLICY plate_search_station ON plate_search USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON plate_search TO unjai_app, unjai_worker;

CREATE FUNCTION plate_search_open(search uuid, noted_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM plate_search s JOIN plate_case c ON c.id = s.case_id
    WHERE s.id = search AND s.station_id = ANY (scope_stations()) AND s.asked_by = current_setting('unjai.actor', true)
        AND noted_at < s.until AND noted_at < c.until AND c.closed_at IS NULL
        AND (EXISTS (SELECT FROM audit_waiting w WHERE w.audit_id = s.note
                AND w.xmin IS DISTINCT FROM pg_current_xact_id_if_assigned()::xid)
            OR EXISTS (SELECT FROM audit_seal a WHERE a.audit_id = s.note)))
$$;

CREATE FUNCTION note_plate_search(search uuid, note uuid, noted_at timestamptz, marks jsonb, what text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who text := coalesce(nullif(current_setting('unjai.actor', true), ''), 'system:unknown');
    held record;
BEGIN
    IF NOT string_to_array(coalesce(current_setting('unjai.rights', true), ''), ',') && ARRAY['*', 'plates.search'] THEN
        RAISE insufficient_privilege USING MESSAGE = 'searching plates needs the right plates.search';
    END IF;
    SELECT s.station_id, s.asked, s.reason, s.asked_name, c.number INTO held
    FROM plate_search s JOIN plate_case c ON c.id = s.case_id WHERE s.id = search;
    IF NOT FOUND OR NOT plate_search_open(search, noted_at) THEN
        RAISE insufficient_privilege USING MESSAGE = 'no open search of this actor, or its row in the log is not committed';
    END IF;
    INSERT INTO audit (id, station_id, at, actor, actor_name, action, subject, facts)
    VALUES (note, held.station_id, noted_at, who, held.asked_name, what, 'plate_search:' || search,
        jsonb_build_object('case', held.number, 'reason', held.reason) || marks);
    INSERT INTO audit_waiting (audit_id, at) VALUES (note, noted_at);
    RETURN held.asked || jsonb_build_object('station', held.station_id, 'case', held.number);
END
$$;

CREATE FUNCTION plates_like(here int, wanted text, place text) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
    SELECT array_agg(one.id) FROM (SELECT p.id FROM plate p WHERE lower(p.registration) LIKE wanted AND p.station_id = here
        AND (place IS NULL OR p.province IN (place, '')) LIMIT 501) one
$$;

CREATE FUNCTION plates_walked(here int, wanted text, place text) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public SET enable_indexscan = off SET enable_bitmapscan = off AS $$
    SELECT array_agg(one.id) FROM (SELECT p.id FROM plate p WHERE p.registration LIKE wanted AND p.station_id = here
        AND (place IS NULL OR p.province IN (place, '')) LIMIT 501) one
$$;

CREATE FUNCTION plate_candidates(asked jsonb) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    here int := (asked ->> 'station')::int;
    wanted text := asked ->> 'plate';
    place text := asked ->> 'province';
    found bigint[];
BEGIN
    CASE asked ->> 'by'
        WHEN 'exact' THEN
            found := ARRAY(SELECT p.id FROM plate p WHERE p.station_id = here AND p.registration = wanted
                AND (place IS NULL OR p.province IN (place, '')));
        WHEN 'wildcard' THEN
            IF (asked ->> 'indexed')::boolean THEN
                found := plates_like(here, wanted, place);
            ELSE
                found := plates_walked(here, wanted, place);
            END IF;
        WHEN 'look_alike' THEN
            found := ARRAY(SELECT p.id FROM plate p WHERE p.station_id = here AND p.skeleton = wanted
                AND (place IS NULL OR p.province IN (place, '')) LIMIT 501);
        WHEN 'digits' THEN
            found := ARRAY(SELECT p.id FROM plate p WHERE p.station_id = here AND p.digits = wanted
                AND p.province = place LIMIT 501);
    END CASE;
    IF cardinality(found) > 500 THEN
        RAISE EXCEPTION USING ERRCODE = 'UJP01', MESSAGE = 'more than 500 plates are meant';
    END IF;
    RETURN coalesce(found, '{}');
END
$$;

CREATE FUNCTION plate_cameras_of(asked jsonb, part text) RETURNS int[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT asked ? part THEN
        RETURN ARRAY(SELECT c.id FROM plate_camera c WHERE c.station_id = (asked ->> 'station')::int);
    END IF;
    RETURN ARRAY(SELECT c.id FROM plate_camera c WHERE c.station_id = (asked ->> 'station')::int
        AND c.key IN (SELECT jsonb_array_elements_text(asked -> part)));
END
$$;

CREATE FUNCTION plate_reads_of(asked jsonb) RETURNS TABLE (id uuid, at timestamptz, received_at timestamptz, camera text,
    registration text, province text, confidence smallint, province_confidence smallint, width_px smallint,
    vehicle_type text, vehicle_colour text, plate_colour text, crop bytea, still bytea, facts jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan SET random_page_cost = 1.1 SET jit = off AS $$
DECLARE
    here int := (asked ->> 'station')::int;
    low uuid := (asked ->> 'low')::uuid;
    high uuid := (asked ->> 'high')::uuid;
    colour text := asked ->> 'vehicle_colour';
    sort_of text := asked ->> 'vehicle_type';
    most int := (asked ->> 'most')::int;
    ids bigint[];
    cameras int[];
BEGIN
    IF asked ? 'by' THEN
        ids := plate_candidates(asked);
        cameras := CASE WHEN asked ? 'cameras' THEN plate_cameras_of(asked, 'cameras') END;
        RETURN QUERY WITH hit AS MATERIALIZED (
                SELECT r.* FROM unnest(ids) one CROSS JOIN LATERAL (SELECT * FROM plate_read i
                    WHERE i.plate_id = one AND i.id >= low AND i.id < high OFFSET 0) r WHERE r.station_id = here
                    AND (colour IS NULL OR r.vehicle_colour = colour) AND (sort_of IS NULL OR r.vehicle_type = sort_of)
                    AND (cameras IS NULL OR r.camera_id = ANY (cameras)))
            SELECT h.id, least(uuid_extract_timestamp(h.id), h.received_at), h.received_at, c.key, p.registration, p.province,
                h.confidence, h.province_confidence, h.width_px, h.vehicle_type, h.vehicle_colour, h.plate_colour, h.crop,
                h.still, h.facts
            FROM (SELECT * FROM hit ORDER BY hit.id DESC LIMIT most) h
            JOIN plate_camera c ON c.id = h.camera_id LEFT JOIN plate p ON p.id = h.plate_id ORDER BY h.id DESC;
    ELSE
        cameras := plate_cameras_of(asked, 'cameras');
        RETURN QUERY WITH hit AS MATERIALIZED (
                SELECT r.* FROM unnest(cameras) one CROSS JOIN LATERAL (SELECT * FROM plate_read i
                    WHERE i.camera_id = one AND i.id >= low AND i.id < high OFFSET 0) r WHERE r.station_id = here
                    AND (colour IS NULL OR r.vehicle_colour = colour) AND (sort_of IS NULL OR r.vehicle_type = sort_of))
            SELECT h.id, least(uuid_extract_timestamp(h.id), h.received_at), h.received_at, c.key, p.registration, p.province,
                h.confidence, h.province_confidence, h.width_px, h.vehicle_type, h.vehicle_colour, h.plate_colour, h.crop,
                h.still, h.facts
            FROM (SELECT * FROM hit ORDER BY hit.id DESC LIMIT most) h
            JOIN plate_camera c ON c.id = h.camera_id LEFT JOIN plate p ON p.id = h.plate_id ORDER BY h.id DESC;
    END IF;
END
$$;

CREATE FUNCTION plate_passes(cameras int[], low uuid, high uuid) RETURNS TABLE (plate_id bigint, at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan SET random_page_cost = 1.1 SET jit = off AS $$
BEGIN
    RETURN QUERY SELECT r.plate_id, uuid_extract_timestamp(r.id) FROM unnest(cameras) one
        CROSS JOIN LATERAL (SELECT i.plate_id, i.id FROM plate_read i
            WHERE i.camera_id = one AND i.id >= low AND i.id < high OFFSET 0) r WHERE r.plate_id IS NOT NULL;
END
$$;

CREATE FUNCTION plate_convoy_of(asked jsonb) RETURNS TABLE (plate_id bigint, passes int, first_at timestamptz, second_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET enable_nestloop = off SET work_mem = '32MB' SET jit = off AS $$
DECLARE
    low uuid := (asked ->> 'low')::uuid;
    high uuid := (asked ->> 'high')::uuid;
    later uuid := (asked ->> 'later')::uuid;
    span interval := make_interval(secs => (asked ->> 'within_s')::float8);
BEGIN
    RETURN QUERY SELECT a.plate_id, count(*)::int, (array_agg(a.at ORDER BY a.at DESC, b.at))[1],
            (array_agg(b.at ORDER BY a.at DESC, b.at))[1]
        FROM plate_passes(plate_cameras_of(asked, 'cameras'), low, high) a
        JOIN plate_passes(plate_cameras_of(asked, 'then_cameras'), low, later) b
            ON b.plate_id = a.plate_id AND b.at > a.at AND b.at <= a.at + span
        GROUP BY a.plate_id ORDER BY 2 DESC, 3 DESC LIMIT (asked ->> 'most')::int;
END
$$;

CREATE FUNCTION plate_id_floor(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE FUNCTION plate_company_of(asked jsonb) RETURNS TABLE (plate_id bigint, meets int, cameras int, last_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan SET random_page_cost = 1.1 SET work_mem = '32MB' SET jit = off AS $$
DECLARE
    low uuid := (asked ->> 'low')::uuid;
    high uuid := (asked ->> 'high')::uuid;
    span interval := make_interval(secs => (asked ->> 'within_s')::float8);
    ids bigint[] := plate_candidates(asked);
BEGIN
    RETURN QUERY WITH mine AS MATERIALIZED (
            SELECT r.camera_id, uuid_extract_timestamp(r.id) AS at FROM unnest(ids) one
            CROSS JOIN LATERAL (SELECT i.camera_id, i.id FROM plate_read i
                WHERE i.plate_id = one AND i.id >= low AND i.id < high OFFSET 0) r),
        met AS MATERIALIZED (
            SELECT m.camera_id, m.at, plate_id_floor(m.at - span) AS since,
                plate_id_floor(m.at + span + interval '1 ms') AS until
            FROM (SELECT * FROM mine ORDER BY mine.at DESC LIMIT 300) m)
        SELECT r.plate_id, count(DISTINCT (m.camera_id, m.at))::int, count(DISTINCT m.camera_id)::int,
            max(uuid_extract_timestamp(r.id))
        FROM met m CROSS JOIN LATERAL (SELECT i.plate_id, i.id FROM plate_read i
            WHERE i.camera_id = m.camera_id AND i.id >= m.since AND i.id < m.until OFFSET 0) r
        WHERE r.plate_id IS NOT NULL AND r.plate_id <> ALL (ids)
        GROUP BY r.plate_id HAVING count(DISTINCT (m.camera_id, m.at)) >= 2
        ORDER BY 2 DESC, 3 DESC, 4 DESC LIMIT (asked ->> 'most')::int;
END
$$;

CREATE FUNCTION search_plate_reads(search uuid, note uuid, noted_at timestamptz, marks jsonb)
RETURNS TABLE (id uuid, at timestamptz, received_at timestamptz, camera text,
    registration text, province text, confidence smallint, province_confidence smallint, width_px smallint,
    vehicle_type text, vehicle_colour text, plate_colour text, crop bytea, still bytea, facts jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked jsonb := note_plate_search(search, note, noted_at, marks, 'plates.look');
BEGIN
    RETURN QUERY SELECT * FROM plate_reads_of(asked);
END
$$;

CREATE FUNCTION search_plate_convoys(search uuid, note uuid, noted_at timestamptz, marks jsonb)
RETURNS TABLE (registration text, province text, passes int, first_at timestamptz, second_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked jsonb := note_plate_search(search, note, noted_at, marks, 'plates.look');
BEGIN
    RETURN QUERY SELECT p.registration, p.province, f.passes, f.first_at, f.second_at
        FROM plate_convoy_of(asked) f JOIN plate p ON p.id = f.plate_id ORDER BY f.passes DESC, f.first_at DESC, p.id;
END
$$;

CREATE FUNCTION search_plate_company(search uuid, note uuid, noted_at timestamptz, marks jsonb)
RETURNS TABLE (registration text, province text, meets int, cameras int, last_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked jsonb := note_plate_search(search, note, noted_at, marks, 'plates.look');
BEGIN
    RETURN QUERY SELECT p.registration, p.province, f.meets, f.cameras, f.last_at
        FROM plate_company_of(asked) f JOIN plate p ON p.id = f.plate_id
        ORDER BY f.meets DESC, f.cameras DESC, f.last_at DESC, p.id;
END
$$;

CREATE FUNCTION copy_held_plate_reads(reads uuid[], case_number text, held_at timestamptz, held_by text) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    copied int;
BEGIN
    INSERT INTO held_plate_read (station_id, case_number, id, registration, province, camera, at, received_at, confidence,
        province_confidence, width_px, vehicle_type, vehicle_colour, plate_colour, crop, still, facts, held_at, held_by)
    SELECT r.station_id, copy_held_plate_reads.case_number, r.id, p.registration, coalesce(p.province, ''), c.key,
        least(uuid_extract_timestamp(r.id), r.received_at), r.received_at, r.confidence, r.province_confidence, r.width_px, r.vehicle_type, r.vehicle_colour, r.plate_colour,
        r.crop, r.still, r.facts, copy_held_plate_reads.held_at, copy_held_plate_reads.held_by
    FROM plate_read r JOIN plate_camera c ON c.id = r.camera_id LEFT JOIN plate p ON p.id = r.plate_id
    WHERE r.id = ANY (reads) AND r.station_id = ANY (scope_stations())
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS copied = ROW_COUNT;
    RETURN copied;
END
$$;

CREATE FUNCTION hold_plate_reads(search uuid, reads uuid[], note uuid, noted_at timestamptz, marks jsonb) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked jsonb := note_plate_search(search, note, noted_at, marks || jsonb_build_object('reads', cardinality(reads)), 'plates.hold');
BEGIN
    RETURN copy_held_plate_reads(reads, asked ->> 'case', noted_at, current_setting('unjai.actor', true));
END
$$;

CREATE FUNCTION plate_read_pictures(search uuid, read uuid, noted_at timestamptz)
RETURNS TABLE (received_at timestamptz, crop bytea, still bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.received_at, r.crop, r.still FROM plate_read r
    WHERE r.id = read AND r.station_id = ANY (scope_stations())
        AND string_to_array(coalesce(current_setting('unjai.rights', true), ''), ',') && ARRAY['*', 'plates.search']
        AND plate_search_open(search, noted_at)
$$;

REVOKE ALL ON FUNCTION note_plate_search(uuid, uuid, timestamptz, jsonb, text), plate_search_open(uuid, timestamptz), search_plate_reads(uuid, uuid, timestamptz, jsonb), search_plate_convoys(uuid, uuid, timestamptz, jsonb), search_plate_company(uuid, uuid, timestamptz, jsonb), hold_plate_reads(uuid, uuid[], uuid, timestamptz, jsonb), plate_read_pictures(uuid, uuid, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION note_plate_search(uuid, uuid, timestamptz, jsonb, text), plate_search_open(uuid, timestamptz) TO unjai_search;

GRANT CREATE ON SCHEMA public TO unjai_search;

ALTER FUNCTION search_plate_reads(uuid, uuid, timestamptz, jsonb) OWNER TO unjai_search;

ALTER FUNCTION search_plate_convoys(uuid, uuid, timestamptz, jsonb) OWNER TO unjai_search;

ALTER FUNCTION search_plate_company(uuid, uuid, timestamptz, jsonb) OWNER TO unjai_search;

ALTER FUNCTION hold_plate_reads(uuid, uuid[], uuid, timestamptz, jsonb) OWNER TO unjai_search;

ALTER FUNCTION plate_read_pictures(uuid, uuid, timestamptz) OWNER TO unjai_search;

REVOKE CREATE ON SCHEMA public FROM unjai_search;

GRANT EXECUTE ON FUNCTION search_plate_reads(uuid, uuid, timestamptz, jsonb), search_plate_convoys(uuid, uuid, timestamptz, jsonb), search_plate_company(uuid, uuid, timestamptz, jsonb), hold_plate_reads(uuid, uuid[], uuid, timestamptz, jsonb), plate_read_pictures(uuid, uuid, timestamptz) TO unjai_app;
