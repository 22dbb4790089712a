CREATE OR REPLACE FUNCTION keep_incident_search() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.number, NEW.place_th, NEW.place_en, NEW.about_th, NEW.about_en)
        IS NOT DISTINCT FROM (OLD.number, OLD.place_th, OLD.place_en, OLD.about_th, OLD.about_en) THEN
        UPDATE incident_search SET opened_at = NEW.opened_at, code = NEW.code, priority = NEW.priority,
            state = NEW.state, outcome = NEW.outcome, channel = NEW.channel, lon = NEW.lon, lat = NEW.lat,
            acknowledged_by = NEW.acknowledged_by, ack_s = extract(epoch FROM NEW.acknowledged_at - NEW.opened_at),
            response_s = extract(epoch FROM NEW.arrived_at - NEW.opened_at)
        WHERE incident_id = NEW.id
            AND (opened_at, code, priority, state, outcome, channel, lon, lat, acknowledged_by, ack_s, response_s)
            IS DISTINCT FROM (NEW.opened_at, NEW.code, NEW.priority, NEW.state, NEW.outcome, NEW.channel, NEW.lon,
                NEW.lat, NEW.acknowledged_by, extract(epoch FROM NEW.acknowledged_at - NEW.opened_at)::float8,
                extract(epoch FROM NEW.arrived_at - NEW.opened_at)::float8);
        RETURN NULL;
    END IF;
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

DROP TRIGGER report_searched ON report;

CREATE TRIGGER report_searched AFTER INSERT ON report
FOR EACH ROW WHEN (NEW.text <> '' OR NEW.place_text <> '')
EXECUTE FUNCTION keep_incident_words();

CREATE TRIGGER report_reworded AFTER UPDATE OF text, place_text, incident_id ON report
FOR EACH ROW WHEN (NEW.text <> '' OR NEW.place_text <> '' OR OLD.text <> '' OR OLD.place_text <> '')
EXECUTE FUNCTION keep_incident_words();
