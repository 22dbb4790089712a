-- Beginnings of registrations are asked by their bytes, whatever the database sorts words by.
ALTER TABLE plate ALTER COLUMN registration TYPE TEXT COLLATE "C";

-- Of what is there already nobody wrote down the days: all bits, so each day is looked into as before.
ALTER TABLE plate ADD COLUMN days BIGINT DEFAULT -1 NOT NULL;

-- What a read says stands with it too: hundreds of reads of a place would each look it up somewhere else.
ALTER TABLE plate_read ADD COLUMN registration TEXT, ADD COLUMN province TEXT;

ALTER TABLE plate DROP CONSTRAINT uq_plate_station_id_registration_province;

ALTER TABLE plate ADD CONSTRAINT uq_plate_station_id_registration_province UNIQUE (station_id, registration, province) INCLUDE (id);

CREATE INDEX ix_plate_backward ON plate (station_id, reverse(registration)) INCLUDE (registration, province, id);

CREATE FUNCTION plates_from(here int, heads text[], wanted text, place text) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
    SELECT array_agg(one.id) FROM (SELECT p.id FROM unnest(heads) head CROSS JOIN LATERAL (SELECT i.id FROM plate i
        WHERE i.station_id = here AND i.registration >= head AND i.registration < head || chr(1114111)
            AND i.registration LIKE wanted AND (place IS NULL OR i.province IN (place, '')) OFFSET 0) p LIMIT 501) one
$$;

CREATE FUNCTION plates_back_from(here int, heads text[], wanted text, place text) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
    SELECT array_agg(one.id) FROM (SELECT p.id FROM unnest(heads) head CROSS JOIN LATERAL (SELECT i.id FROM plate i
        WHERE i.station_id = here AND reverse(i.registration) >= head AND reverse(i.registration) < head || chr(1114111)
            AND i.registration LIKE wanted AND (place IS NULL OR i.province IN (place, '')) OFFSET 0) p LIMIT 501) one
$$;

CREATE OR REPLACE FUNCTION plate_candidates(asked jsonb) RETURNS bigint[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    here int := (asked ->> 'station')::int;
    wanted text := asked ->> 'plate';
    place text := asked ->> 'province';
    heads text[];
    found bigint[];
BEGIN
    CASE asked ->> 'by'
        WHEN 'exact' THEN
            found := ARRAY(SELECT p.id FROM plate p WHERE p.station_id = here AND p.registration = wanted
                AND (place IS NULL OR p.province IN (place, '')));
        WHEN 'wildcard' THEN
            IF asked ? 'heads' THEN
                heads := ARRAY(SELECT jsonb_array_elements_text(asked -> 'heads'));
                IF asked ->> 'way' = 'forward' THEN
                    found := plates_from(here, heads, wanted, place);
                ELSE
                    found := plates_back_from(here, heads, wanted, place);
                END IF;
            ELSIF (asked ->> 'indexed')::boolean THEN
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

-- These three say no search path, so that they become part of the statement that calls them; each caller has one.
CREATE OR REPLACE FUNCTION plate_id_floor(at timestamptz) RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE FUNCTION plate_id_day(id uuid) RETURNS timestamp
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT date_trunc('day', to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) AT TIME ZONE 'UTC')
$$;

-- The days on which plates were seen, as stretches of ids within what is asked: a day without the plate is not looked into.
CREATE FUNCTION plate_stretches(ids bigint[], low uuid, high uuid) RETURNS TABLE (plate_id bigint, since uuid, until uuid)
LANGUAGE sql STABLE AS $$
    SELECT p.id, greatest(low, plate_id_floor(d.day AT TIME ZONE 'UTC')),
        least(high, plate_id_floor((d.day + interval '1 day') AT TIME ZONE 'UTC'))
    FROM generate_series(plate_id_day(low), plate_id_day(high), interval '1 day') d (day)
    JOIN (SELECT i.id, i.days, i.last_day FROM plate i WHERE i.id = ANY (ids) OFFSET 0) p
        ON d.day::date <= p.last_day AND p.last_day - d.day::date < 63
        AND (p.days >> (p.last_day - d.day::date)) & 1 = 1 OFFSET 0
$$;

CREATE OR REPLACE FUNCTION plate_reads_of(asked jsonb) RETURNS TABLE (id uuid, at timestamptz, received_at timestamptz, camera text,
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
    newest uuid;
BEGIN
    IF asked ? 'by' THEN
        ids := plate_candidates(asked);
        cameras := CASE WHEN asked ? 'cameras' THEN plate_cameras_of(asked, 'cameras') END;
        RETURN QUERY SELECT h.id, least(uuid_extract_timestamp(h.id), h.received_at), h.received_at, c.key, coalesce(h.registration, p.registration),
                coalesce(h.province, p.province), h.confidence, h.province_confidence, h.width_px, h.vehicle_type, h.vehicle_colour, h.plate_colour,
                h.crop, h.still, h.facts
            FROM (SELECT r.* FROM plate_stretches(ids, low, high) one CROSS JOIN LATERAL (SELECT * FROM plate_read i
                    WHERE i.plate_id = one.plate_id AND i.id >= one.since AND i.id < one.until
                        AND i.id >= low AND i.id < high OFFSET 0) r WHERE r.station_id = here
                    AND (colour IS NULL OR r.vehicle_colour = colour) AND (sort_of IS NULL OR r.vehicle_type = sort_of)
                    AND (cameras IS NULL OR r.camera_id = ANY (cameras))
                ORDER BY r.id DESC LIMIT most) h
            JOIN plate_camera c ON c.id = h.camera_id
            LEFT JOIN plate p ON p.id = CASE WHEN h.registration IS NULL THEN h.plate_id END ORDER BY h.id DESC;
    ELSE
        cameras := plate_cameras_of(asked, 'cameras');
        IF colour IS NULL AND sort_of IS NULL THEN
            newest := (SELECT r.id FROM unnest(cameras) one CROSS JOIN LATERAL (SELECT i.id FROM plate_read i
                WHERE i.camera_id = one AND i.id >= low AND i.id < high ORDER BY i.id DESC LIMIT most) r
                ORDER BY r.id DESC OFFSET most - 1 LIMIT 1);
            low := coalesce(newest, low);
        END IF;
        RETURN QUERY SELECT h.id, least(uuid_extract_timestamp(h.id), h.received_at), h.received_at, c.key, coalesce(h.registration, p.registration),
                coalesce(h.province, p.province), h.confidence, h.province_confidence, h.width_px, h.vehicle_type, h.vehicle_colour, h.plate_colour,
                h.crop, h.still, h.facts
            FROM (SELECT r.* FROM unnest(cameras) one CROSS JOIN LATERAL (SELECT * FROM plate_read i
                    WHERE i.camera_id = one AND i.id >= low AND i.id < high AND i.station_id = here
                        AND (colour IS NULL OR i.vehicle_colour = colour) AND (sort_of IS NULL OR i.vehicle_type = sort_of)
                    ORDER BY i.id DESC LIMIT most) r
                ORDER BY r.id DESC LIMIT most) h
            JOIN plate_camera c ON c.id = h.camera_id
            LEFT JOIN plate p ON p.id = CASE WHEN h.registration IS NULL THEN h.plate_id END ORDER BY h.id DESC;
    END IF;
END
$$;
