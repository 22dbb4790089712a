CREATE TABLE incident_search (
    station_id INTEGER NOT NULL,
    incident_id UUID NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    code TEXT NOT NULL,
    priority SMALLINT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    channel TEXT NOT NULL,
    lon FLOAT,
    lat FLOAT,
    acknowledged_by TEXT,
    ack_s FLOAT,
    response_s FLOAT,
    doc TEXT NOT NULL,
    CONSTRAINT pk_incident_search PRIMARY KEY (incident_id),
    CONSTRAINT fk_incident_search_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id) ON DELETE CASCADE
);

CREATE INDEX ix_incident_search_by ON incident_search (station_id, acknowledged_by, opened_at DESC, incident_id DESC);

CREATE INDEX ix_incident_search_code ON incident_search (station_id, code, opened_at DESC, incident_id DESC);

CREATE INDEX ix_incident_search_doc ON incident_search USING gin (doc gin_trgm_ops);

CREATE INDEX ix_incident_search_recent ON incident_search (station_id, opened_at DESC, incident_id DESC) INCLUDE (priority, code, state, outcome, channel, lon, lat, ack_s, response_s);

CREATE INDEX ix_incident_search_slow ON incident_search (station_id, response_s DESC, incident_id DESC) WHERE response_s IS NOT NULL;

CREATE INDEX ix_incident_search_station_id ON incident_search (station_id);

ALTER TABLE incident_search ENABLE ROW LEVEL SECURITY;

ALTER TABLE incident_search FORCE ROW LEVEL SECURITY;

CREATE POLICY incident_search_station ON incident_search USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON incident_search TO unjai_app, unjai_worker;

GRANT SELECT ON incident_search TO unjai_search;

CREATE TABLE saved_search (
    station_id INTEGER NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    name TEXT NOT NULL,
    asked JSONB NOT NULL,
    shared BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_saved_search PRIMARY KEY (id),
    CONSTRAINT uq_saved_search_station_id_account_id_name UNIQUE (station_id, account_id, name),
    CONSTRAINT fk_saved_search_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);

CREATE INDEX ix_saved_search_station_id ON saved_search (station_id);

ALTER TABLE saved_search ENABLE ROW LEVEL SECURITY;

ALTER TABLE saved_search FORCE ROW LEVEL SECURITY;

CREATE POLICY saved_search_station ON saved_search USING (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[])) WITH CHECK (station_id = ANY (string_to_array(current_setting('unjai.stations', true), ',')::int[]));

GRANT SELECT, INSERT, UPDATE, DELETE ON saved_search TO unjai_app, unjai_worker;

GRANT SELECT ON assignment, attachment TO unjai_search;

CREATE FUNCTION scope_stations() RETURNS int[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT coalesce(string_to_array(nullif(current_setting('unjai.stations', true), ''), ',')::int[], '{}')
$$;

CREATE FUNCTION incident_document(wanted uuid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT left(lower(translate(normalize(concat_ws(' ', i.number, i.place_th, i.place_en, i.about_th, i.about_en,
        (SELECT string_agg(concat_ws(' ', r.text, r.place_text), ' ' ORDER BY r.observed_at, r.id)
         FROM report r WHERE r.incident_id = i.id),
        (SELECT string_agg(concat_ws(' ', t.facts ->> 'text', t.facts ->> 'reason'), ' ' ORDER BY t.seq)
         FROM timeline t WHERE t.incident_id = i.id
         AND t.kind IN ('note', 'closed', 'cleared', 'refused', 'reopened')
         AND jsonb_exists_any(t.facts, ARRAY['text', 'reason']))), NFKC), '๐๑๒๓๔๕๖๗๘๙' || E'\u200B\u200C\u200D\u2060\uFEFF\u00AD', '0123456789')), 20000)
    FROM incident i WHERE i.id = wanted
$$;

CREATE FUNCTION keep_incident_search() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO incident_search (incident_id, station_id, opened_at, code, priority, state, outcome, channel, lon, lat,
        acknowledged_by, ack_s, response_s, doc)
    VALUES (NEW.id, NEW.station_id, NEW.opened_at, NEW.code, NEW.priority, NEW.state, NEW.outcome, NEW.channel,
        NEW.lon, NEW.lat, NEW.acknowledged_by, extract(epoch FROM NEW.acknowledged_at - NEW.opened_at),
        extract(epoch FROM NEW.arrived_at - NEW.opened_at), coalesce(incident_document(NEW.id), ''))
    ON CONFLICT (incident_id) DO UPDATE SET opened_at = EXCLUDED.opened_at, code = EXCLUDED.code,
        priority = EXCLUDED.priority, state = EXCLUDED.state, outcome = EXCLUDED.outcome, channel = EXCLUDED.channel,
        lon = EXCLUDED.lon, lat = EXCLUDED.lat, acknowledged_by = EXCLUDED.acknowledged_by, ack_s = EXCLUDED.ack_s,
        response_s = EXCLUDED.response_s, doc = EXCLUDED.doc;
    RETURN NULL;
END
$$;

CREATE FUNCTION keep_incident_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE incident_search SET doc = incident_document(NEW.incident_id) WHERE incident_id = NEW.incident_id;
    IF TG_OP = 'UPDATE' AND OLD.incident_id <> NEW.incident_id THEN
        UPDATE incident_search SET doc = incident_document(OLD.incident_id) WHERE incident_id = OLD.incident_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER incident_searched AFTER INSERT OR UPDATE ON incident
FOR EACH ROW EXECUTE FUNCTION keep_incident_search();

CREATE TRIGGER report_searched AFTER INSERT OR UPDATE OF text, place_text, incident_id ON report
FOR EACH ROW EXECUTE FUNCTION keep_incident_words();

CREATE TRIGGER timeline_searched AFTER INSERT ON timeline
FOR EACH ROW WHEN (NEW.kind IN ('note', 'closed', 'cleared', 'refused', 'reopened'))
EXECUTE FUNCTION keep_incident_words();

CREATE FUNCTION incident_where(asked jsonb, stations int[]) RETURNS text
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
            said := said || format('s.doc LIKE %L', word ->> 'like');
        ELSE
            said := said || format('(s.doc LIKE %L OR s.code = ANY (%L::text[]))', word ->> 'like',
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
            ' AND a.unit_id = %L::uuid AND a.accepted_at IS NOT NULL)', asked ->> 'unit_id');
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

CREATE FUNCTION incident_query(asked jsonb, stations int[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    sort text := coalesce(asked ->> 'sort', 'newest');
    after jsonb := asked -> 'after';
    said text := 'SELECT s.incident_id, s.opened_at, s.response_s FROM incident_search s WHERE ' || incident_where(asked, stations);
BEGIN
    IF sort = 'slowest' THEN
        said := said || E'\n  AND s.response_s IS NOT NULL';
        IF after IS NOT NULL THEN
            said := said || format(' AND (s.response_s, s.incident_id) < (%L::float8, %L::uuid)', after ->> 'key', after ->> 'id');
        END IF;
        said := said || E'\nORDER BY s.response_s DESC, s.incident_id DESC';
    ELSIF sort = 'oldest' THEN
        IF after IS NOT NULL THEN
            said := said || format(' AND (s.opened_at, s.incident_id) > (%L::timestamptz, %L::uuid)', after ->> 'key', after ->> 'id');
        END IF;
        said := said || E'\nORDER BY s.opened_at, s.incident_id';
    ELSE
        IF after IS NOT NULL THEN
            said := said || format(' AND (s.opened_at, s.incident_id) < (%L::timestamptz, %L::uuid)', after ->> 'key', after ->> 'id');
        END IF;
        said := said || E'\nORDER BY s.opened_at DESC, s.incident_id DESC';
    END IF;
    RETURN said || format(E'\nLIMIT %L::int', coalesce(asked ->> 'limit', '50'));
END
$$;

CREATE FUNCTION incident_matches(asked jsonb) RETURNS TABLE (incident_id uuid, opened_at timestamptz, response_s float8)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY EXECUTE incident_query(asked, scope_stations());
END
$$;

CREATE FUNCTION incident_count(asked jsonb, most int) RETURNS int
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    found int;
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT FROM incident_search s WHERE %s LIMIT %s) hit',
        incident_where(asked, scope_stations()), most) INTO found;
    RETURN found;
END
$$;

CREATE FUNCTION note_search(note uuid, noted_at timestamptz, asked jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who text := coalesce(nullif(current_setting('unjai.actor', true), ''), 'system:unknown');
    name text := split_part(who, ':', 2);
BEGIN
    IF NOT string_to_array(coalesce(current_setting('unjai.rights', true), ''), ',') && ARRAY['*', 'incident.read'] THEN
        RAISE insufficient_privilege USING MESSAGE = 'searching by words needs the right incident.read';
    END IF;
    IF who LIKE 'account:%' THEN
        SELECT coalesce(max(a.name_th), name) INTO name FROM account a WHERE a.username = substr(who, 9);
    END IF;
    INSERT INTO audit (id, station_id, at, actor, actor_name, action, subject, facts)
    VALUES (note, coalesce((SELECT min(one) FROM unnest(scope_stations()) one), 0), noted_at, who, name,
        'incident.search', 'incidents', jsonb_build_object('asked', asked - 'marks') || coalesce(asked -> 'marks', '{}'));
    INSERT INTO audit_waiting (audit_id, at) VALUES (note, noted_at);
END
$$;

CREATE FUNCTION search_incidents(asked jsonb, note uuid, noted_at timestamptz)
RETURNS TABLE (incident_id uuid, opened_at timestamptz, response_s float8)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM note_search(note, noted_at, asked);
    RETURN QUERY SELECT * FROM incident_matches(asked);
END
$$;

CREATE FUNCTION search_incident_count(asked jsonb, most int, note uuid, noted_at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM note_search(note, noted_at, asked || '{"counted": true}');
    RETURN incident_count(asked, most);
END
$$;

REVOKE ALL ON FUNCTION note_search(uuid, timestamptz, jsonb), search_incidents(jsonb, uuid, timestamptz), search_incident_count(jsonb, int, uuid, timestamptz) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION note_search(uuid, timestamptz, jsonb) TO unjai_search;

GRANT CREATE ON SCHEMA public TO unjai_search;

ALTER FUNCTION search_incidents(jsonb, uuid, timestamptz) OWNER TO unjai_search;

ALTER FUNCTION search_incident_count(jsonb, int, uuid, timestamptz) OWNER TO unjai_search;

REVOKE CREATE ON SCHEMA public FROM unjai_search;

GRANT EXECUTE ON FUNCTION search_incidents(jsonb, uuid, timestamptz), search_incident_count(jsonb, int, uuid, timestamptz) TO unjai_app;

SELECT set_config('unjai.stations', coalesce((SELECT string_agg(id::text, ',') FROM org_unit), ''), true);

INSERT INTO incident_search (incident_id, station_id, opened_at, code, priority, state, outcome, channel, lon, lat, acknowledged_by, ack_s, response_s, doc)
SELECT id, station_id, opened_at, code, priority, state, outcome, channel, lon, lat, acknowledged_by, extract(epoch FROM acknowledged_at - opened_at), extract(epoch FROM arrived_at - opened_at), incident_document(id) FROM incident;

SELECT set_config('unjai.stations', '', true);
