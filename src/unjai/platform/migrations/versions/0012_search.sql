DROP INDEX ix_incident_search_code;

DROP INDEX ix_incident_search_doc;

CREATE FUNCTION search_letters(said text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT translate(said, E'\u0E47\u0E48\u0E49\u0E4A\u0E4B\u0E4C\u0E4E/.-', 'ⴀⴁⴂⴃⴄⴅⴆⴇⴈⴉ')
$$;

CREATE OR REPLACE FUNCTION incident_document(wanted uuid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT left(search_letters(lower(translate(normalize(concat_ws(' ', i.number, i.place_th, i.place_en, i.about_th, i.about_en,
        (SELECT string_agg(concat_ws(' ', r.text, r.place_text), ' ' ORDER BY r.observed_at, r.id)
         FROM report r WHERE r.incident_id = i.id),
        (SELECT string_agg(concat_ws(' ', t.facts ->> 'text', t.facts ->> 'reason'), ' ' ORDER BY t.seq)
         FROM timeline t WHERE t.incident_id = i.id
         AND t.kind IN ('note', 'closed', 'cleared', 'refused', 'reopened')
         AND jsonb_exists_any(t.facts, ARRAY['text', 'reason']))), NFKC), '๐๑๒๓๔๕๖๗๘๙' || E'\u200B\u200C\u200D\u2060\uFEFF\u00AD', '0123456789'))), 20000)
    FROM incident i WHERE i.id = wanted
$$;

SELECT set_config('maintenance_work_mem', '256MB', true);

ALTER TABLE incident_search ALTER COLUMN doc TYPE TEXT USING search_letters(doc);

CREATE INDEX ix_incident_search_doc ON incident_search USING gin (doc gin_trgm_ops) WITH (fastupdate = off);

CREATE INDEX ix_incident_search_ack ON incident_search (station_id, ack_s DESC, incident_id DESC) WHERE ack_s IS NOT NULL;

CREATE INDEX ix_incident_search_channel ON incident_search (station_id, channel, opened_at DESC, incident_id DESC) INCLUDE (priority, code, state, outcome, ack_s, response_s);

CREATE INDEX ix_incident_search_code ON incident_search (station_id, code, opened_at DESC, incident_id DESC) INCLUDE (priority, state, outcome, channel, ack_s, response_s);

CREATE INDEX ix_incident_search_outcome ON incident_search (station_id, outcome, opened_at DESC, incident_id DESC) INCLUDE (priority, code, state, channel, ack_s, response_s);

CREATE INDEX ix_incident_search_open ON incident_search (station_id, opened_at DESC, incident_id DESC) WHERE state <> 'closed';

CREATE INDEX ix_incident_search_place ON incident_search (station_id, lat, lon) INCLUDE (opened_at, incident_id, priority, code, state, outcome, channel, ack_s, response_s);

CREATE INDEX ix_assignment_went ON assignment (station_id, unit_id, incident_id) WHERE accepted_at IS NOT NULL;

CREATE INDEX ix_attachment_shown ON attachment (station_id, incident_id) WHERE removed_at IS NULL;

ALTER TABLE incident_search SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE OR REPLACE FUNCTION incident_where(asked jsonb, stations int[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    said text[];
    word jsonb;
    part jsonb;
    inside text[];
    near jsonb := asked -> 'near';
    list text;
BEGIN
    IF cardinality(stations) = 1 THEN
        said := ARRAY[format('s.station_id = %s', stations[1])];
    ELSE
        said := ARRAY[format('s.station_id = ANY (%L::int[])', stations)];
    END IF;
    FOR word IN SELECT * FROM jsonb_array_elements(coalesce(asked -> 'words', '[]')) LOOP
        IF jsonb_array_length(word -> 'codes') = 0 THEN
            said := said || format('s.doc LIKE %L', search_letters(word ->> 'like'));
        ELSE
            said := said || format('(s.doc LIKE %L OR s.code = ANY (%L::text[]))', search_letters(word ->> 'like'),
                ARRAY(SELECT jsonb_array_elements_text(word -> 'codes')));
        END IF;
    END LOOP;
    FOREACH list IN ARRAY ARRAY['code', 'state', 'outcome', 'channel', 'acknowledged_by'] LOOP
        IF jsonb_array_length(asked -> list) = 1 THEN
            said := said || format('s.%I = %L', list, asked -> list ->> 0);
        ELSIF jsonb_array_length(asked -> list) > 1 THEN
            said := said || format('s.%I = ANY (%L::text[])', list, ARRAY(SELECT jsonb_array_elements_text(asked -> list)));
        END IF;
    END LOOP;
    IF jsonb_array_length(asked -> 'priority') > 0 THEN
        said := said || format('s.priority = ANY (%L::smallint[])', ARRAY(SELECT jsonb_array_elements_text(asked -> 'priority')));
    END IF;
    IF asked ? 'from_at' THEN
        said := said || format('s.opened_at >= %L::timestamptz', asked ->> 'from_at');
    END IF;
    IF asked ? 'to_at' THEN
        said := said || format('s.opened_at < %L::timestamptz', asked ->> 'to_at');
    END IF;
    IF asked ? 'ack_over_s' THEN
        said := said || format('s.ack_s > %L::float8', asked ->> 'ack_over_s');
    END IF;
    IF asked ? 'response_over_s' THEN
        said := said || format('s.response_s > %L::float8', asked ->> 'response_over_s');
    END IF;
    IF asked ? 'unit_id' THEN
        said := said || format('EXISTS (SELECT FROM assignment a WHERE a.incident_id = s.incident_id'
            ' AND a.unit_id = %L::uuid AND a.accepted_at IS NOT NULL%s)', asked ->> 'unit_id',
            CASE WHEN asked ? 'from_at' THEN format(' AND a.offered_at >= %L::timestamptz', asked ->> 'from_at') END);
    END IF;
    IF (asked ->> 'attached')::boolean THEN
        said := said || 'EXISTS (SELECT FROM attachment t WHERE t.incident_id = s.incident_id AND t.removed_at IS NULL)'::text;
    END IF;
    IF near IS NOT NULL THEN
        said := said || format('s.lat BETWEEN %L::float8 AND %L::float8 AND s.lon BETWEEN %L::float8 AND %L::float8'
            ' AND (s.lat - %L::float8) ^ 2 + ((s.lon - %L::float8) * %L::float8) ^ 2 <= %L::float8 ^ 2',
            near ->> 'south', near ->> 'north', near ->> 'west', near ->> 'east', near ->> 'lat', near ->> 'lon',
            near ->> 'squeeze', near ->> 'radius_deg');
    END IF;
    IF jsonb_array_length(asked -> 'areas') > 0 THEN
        FOR part IN SELECT * FROM jsonb_array_elements(asked -> 'areas') LOOP
            inside := inside || (format('(s.lon BETWEEN %L::float8 AND %L::float8 AND s.lat BETWEEN %L::float8 AND %L::float8'
                ' AND %L::polygon @> point(s.lon, s.lat)', part ->> 'west', part ->> 'east', part ->> 'south',
                part ->> 'north', part ->> 'outer')
                || (SELECT coalesce(string_agg(format(' AND NOT %L::polygon @> point(s.lon, s.lat)', hole), ''), '')
                    FROM jsonb_array_elements_text(part -> 'holes') hole) || ')');
        END LOOP;
        said := said || ('(' || array_to_string(inside, ' OR ') || ')');
    END IF;
    RETURN array_to_string(said, E'\n  AND ');
END
$$;

CREATE FUNCTION incident_order(asked jsonb, OUT after text, OUT sorted text)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
DECLARE
    sort text := coalesce(asked ->> 'sort', 'newest');
    key text := CASE sort WHEN 'slowest' THEN 'response_s' ELSE 'opened_at' END;
    kind text := CASE sort WHEN 'slowest' THEN 'float8' ELSE 'timestamptz' END;
    way text := CASE sort WHEN 'oldest' THEN '' ELSE ' DESC' END;
BEGIN
    after := CASE sort WHEN 'slowest' THEN E'\n  AND s.response_s IS NOT NULL' ELSE '' END;
    IF asked ? 'after' THEN
        after := after || format(E'\n  AND (s.%I, s.incident_id) %s (%L::%s, %L::uuid)', key,
            CASE way WHEN '' THEN '>' ELSE '<' END, asked #>> '{after,key}', kind, asked #>> '{after,id}');
    END IF;
    sorted := format(E'\nORDER BY s.%I%s, s.incident_id%s', key, way, way);
END
$$;

CREATE FUNCTION incident_walk(asked jsonb, stations int[], most int) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    put record := incident_order(asked);
    dates jsonb := jsonb_strip_nulls(jsonb_build_object('from_at', asked -> 'from_at', 'to_at', asked -> 'to_at'));
BEGIN
    RETURN 'SELECT s.incident_id, s.opened_at, s.response_s FROM (SELECT * FROM incident_search s WHERE '
        || incident_where(dates, stations) || put.after || put.sorted || format(E'\nLIMIT %s) s WHERE ', most)
        || incident_where(asked - 'from_at' - 'to_at', stations) || put.sorted
        || format(E'\nLIMIT %L::int', coalesce(asked ->> 'limit', '50'));
END
$$;

CREATE FUNCTION incident_gather(asked jsonb, stations int[], given int) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    put record := incident_order(asked);
    slow text := CASE asked ->> 'sort' WHEN 'slowest' THEN ', s.response_s' ELSE '' END;
BEGIN
    RETURN 'WITH s AS MATERIALIZED (SELECT s.incident_id, s.opened_at' || slow || ' FROM incident_search s WHERE '
        || incident_where(asked, stations) || put.after || E')\nSELECT s.incident_id, s.opened_at, '
        || CASE slow WHEN '' THEN '(SELECT i.response_s FROM incident_search i WHERE i.incident_id = s.incident_id)'
            ELSE 's.response_s' END
        || ' FROM s' || put.sorted
        || format(E'\nLIMIT %s OFFSET %s', coalesce(asked ->> 'limit', '50')::int - given, given);
END
$$;

CREATE OR REPLACE FUNCTION incident_query(asked jsonb, stations int[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    put record := incident_order(asked);
BEGIN
    RETURN 'SELECT s.incident_id, s.opened_at, s.response_s FROM incident_search s WHERE '
        || incident_where(asked, stations) || put.after || put.sorted
        || format(E'\nLIMIT %L::int', coalesce(asked ->> 'limit', '50'));
END
$$;

CREATE OR REPLACE FUNCTION incident_matches(asked jsonb) RETURNS TABLE (incident_id uuid, opened_at timestamptz, response_s float8)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET random_page_cost = 1.1 SET work_mem = '32MB' SET jit = off AS $$
DECLARE
    here int[] := scope_stations();
    filters jsonb := asked - ARRAY['sort', 'limit', 'after', 'from_at', 'to_at', 'marks'];
    parts int := (SELECT count(*) FROM jsonb_object_keys(filters));
    given int;
BEGIN
    IF parts = 0 THEN
        RETURN QUERY EXECUTE incident_query(asked, here);
        RETURN;
    END IF;
    RETURN QUERY EXECUTE incident_walk(asked, here,
        CASE WHEN filters ?| ARRAY['words', 'unit_id', 'acknowledged_by'] OR asked ->> 'sort' = 'slowest'
            THEN 8000 ELSE 20000 END);
    GET DIAGNOSTICS given = ROW_COUNT;
    IF given < coalesce(asked ->> 'limit', '50')::int THEN
        RETURN QUERY EXECUTE incident_gather(asked, here, given);
    END IF;
END
$$;
