INSERT INTO org_unit (id, parent_id, path, code, level, name_th, name_en) VALUES
    (1, NULL, '1', 'n', 'national', 'ตร.', 'RTP'), (10, 1, '1.10', 's10', 'station', 'สภ.ทดสอบ', 'Test'),
    (11, 1, '1.11', 's11', 'station', 'สภ.อื่น', 'Other');

INSERT INTO device (id, station_id, key, kind, name_th, owner_kind, silent_after_s)
SELECT device_id, 10, 'bench-' || n, 'phone', 'เครื่อง', 'police', 60
FROM unnest(%(devices)s::uuid[]) WITH ORDINALITY said (device_id, n);

INSERT INTO unit (id, station_id, call_sign, kind, name_th, name_en, capabilities, device_id)
SELECT unit_id, 10, 'สายตรวจ ' || n, 'car', 'สายตรวจ', 'Patrol', '{}', (%(devices)s::uuid[])[n]
FROM unnest(%(units)s::uuid[]) WITH ORDINALITY said (unit_id, n);

CREATE FUNCTION pg_temp.made_id(at timestamptz, salt text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3)
        || '8' || substr(md5(salt), 4, 15))::uuid
$$;

CREATE FUNCTION pg_temp.one_of(list text[], at float8) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT list[1 + floor(at * cardinality(list))::int]
$$;

CREATE FUNCTION pg_temp.noted(seq int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN seq % 5 = 0 THEN 'สอบถามพยานแล้ว ' || pg_temp.one_of('{ให้การสอดคล้องกัน,ไม่พบผู้ก่อเหตุ,เจ้าของร้านยินยอมให้ดูกล้อง,นัดคู่กรณีไปสถานี}',
        (seq / 5 % 97) / 97.0) || CASE WHEN seq % 35 = 0 THEN ' Suspect left by motorcycle' ELSE '' END END
$$;

CREATE FUNCTION pg_temp.ended(seq int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN seq % 3 = 0 THEN pg_temp.one_of('{ตกลงกันได้,ตักเตือนแล้ว,ส่งพนักงานสอบสวน,ไม่พบเหตุ,ลดเสียงแล้ว}', (seq / 3 % 89) / 89.0) END
$$;

INSERT INTO incident (id, station_id, be_year, seq, number, code, priority, state, outcome, channel, lon, lat,
    place_th, place_en, opened_at, first_observed_at, last_observed_at, acknowledged_at, acknowledged_by, assigned_at,
    en_route_at, arrived_at, closed_at, report_count)
SELECT pg_temp.made_id(at, 'i' || n), station_id, extract(year FROM at)::int + 543, n,
    (extract(year FROM at)::int + 543) || '-' || lpad(n::text, 7, '0'), code,
    CASE WHEN die < 0.05 THEN 1 ELSE (%(priorities)s::int[])[array_position(%(codes)s::text[], code)] END, 'closed', outcome,
    CASE WHEN code = 'SOS' THEN CASE WHEN die < 0.7 THEN 'pole' ELSE 'device' END
        WHEN code IN ('LGT', 'DSL', 'TMP') THEN 'device'
        ELSE pg_temp.one_of('{call,call,call,call,citizen,citizen,unit}', die) END,
    CASE WHEN n %% 50 <> 7 THEN lon END, CASE WHEN n %% 50 <> 7 THEN lat END,
    'ซอย ' || soi || ' ถนน' || road || ' ใกล้' || spot, 'Soi ' || soi, at, at, at,
    at + ack * interval '1 second', operator, at + (ack + 20) * interval '1 second',
    at + (ack + 60) * interval '1 second',
    CASE WHEN outcome <> 'cancelled' THEN at + (ack + arrive) * interval '1 second' END,
    at + (ack + arrive + 900) * interval '1 second', 1
FROM (SELECT n, at, station_id, die, road, spot, soi, ack, arrive,
        CASE WHEN n %% 200001 = 0 THEN '241' WHEN n %% 40001 = 0 THEN 'RAP'
            ELSE (%(codes)s::text[])[floor(power(cardinality(%(codes)s::text[]) - 3, random()))::int] END AS code,
        pg_temp.one_of('{resolved,resolved,resolved,resolved,false_alarm,cancelled,handed_over,no_trace}', fate)
            AS outcome,
        CASE WHEN n %% 50003 = 1 THEN 'พ.ต.ท. ผู้ตรวจการ'
            ELSE (%(operators)s::text[])[1 + floor((n - 1)::float8 / %(count)s * 48 + random() * 12)::int] END AS operator,
        CASE WHEN hot < 13 THEN 98.985 + sin(hot * 7) * 0.006 + (random() + random() - 1) * 0.0007
            ELSE 98.985 + (random() - 0.5) * 0.013 END AS lon,
        CASE WHEN hot < 13 THEN 18.795 + cos(hot * 5) * 0.006 + (random() + random() - 1) * 0.0007
            ELSE 18.795 + (random() - 0.5) * 0.013 END AS lat
    FROM (SELECT n, CASE WHEN n %% 10 = 0 THEN 11 ELSE 10 END AS station_id,
            %(last)s::timestamptz - (%(count)s - n) * %(gap)s::interval AS at, random() AS die, random() AS fate,
            pg_temp.one_of(%(roads)s, random()) AS road, pg_temp.one_of(%(spots)s, random()) AS spot,
            1 + floor(random() * 400)::int AS soi, 15 + floor(power(random(), 4) * 600) AS ack,
            120 + floor(power(random(), 3) * 3000) AS arrive, floor(random() * 22) AS hot
        FROM generate_series(%(low)s::int, %(high)s::int) n OFFSET 0) thrown OFFSET 0) chosen;

INSERT INTO report (id, station_id, observation_id, digest, incident_id, channel, kind, code, observed_at, received_at,
    lon, lat, source, text, place_text)
SELECT gen_random_uuid(), station_id, gen_random_uuid(), md5(seq::text), id, channel, 'call', code, opened_at,
    opened_at, lon, lat, 'bench:' || seq,
    'ผู้แจ้งว่า' || pg_temp.one_of(%(doings)s, random()) || ' มี' || pg_temp.one_of(%(cars)s, random()) || 'สี' ||
    pg_temp.one_of(%(colours)s, random()) || ' ทะเบียน ' || (1 + seq %% 9) || 'กข ' ||
    (1000 + floor(random() * 9000)::int) || ' จอดอยู่', place_th
FROM incident WHERE seq BETWEEN %(low)s AND %(high)s;

INSERT INTO assignment (id, station_id, incident_id, unit_id, call_sign, state, round, offered_at, expires_at,
    answered_at, accepted_at, en_route_at, on_scene_at, cleared_at, ended_at)
SELECT gen_random_uuid(), station_id, id, (%(units)s::uuid[])[went], 'สายตรวจ ' || went, 'cleared', 1,
    assigned_at, assigned_at + interval '30 seconds', assigned_at, assigned_at, en_route_at,
    coalesce(arrived_at, closed_at), closed_at, closed_at
FROM (SELECT *, CASE WHEN seq %% 997 = 1 THEN 21 WHEN seq %% 20 = 7 AND seq < %(count)s / 5 THEN 22
    WHEN seq %% 20 = 3 AND seq > %(count)s * 0.98 THEN 23 ELSE 1 + seq / 10 %% 20 END AS went
    FROM incident WHERE seq BETWEEN %(low)s AND %(high)s) sent;

INSERT INTO attachment (id, station_id, incident_id, name, media_type, sort, digest, size_bytes, shown_digest, at, by,
    removed_at)
SELECT gen_random_uuid(), station_id, id, 'photo.jpg', 'image/jpeg', 'image', md5(seq::text), 200000, md5(seq::text),
    closed_at, acknowledged_by, CASE WHEN seq %% 7 = 0 THEN closed_at END
FROM incident WHERE seq %% 33 = 0 AND seq BETWEEN %(low)s AND %(high)s;

INSERT INTO timeline (id, station_id, incident_id, at, actor_kind, actor_name, kind, facts)
SELECT gen_random_uuid(), station_id, id, said.at, 'account', acknowledged_by, said.kind,
    CASE WHEN said.text IS NULL THEN '{}' ELSE jsonb_build_object('text', said.text) END
FROM incident, LATERAL (VALUES ('opened', opened_at, NULL), ('acknowledged', acknowledged_at, NULL),
    ('accepted', assigned_at, NULL), ('note', closed_at - interval '2 minutes', pg_temp.noted(seq)),
    ('closed', closed_at, pg_temp.ended(seq))) said (kind, at, text)
WHERE seq BETWEEN %(low)s AND %(high)s AND (said.kind <> 'note' OR said.text IS NOT NULL)
ORDER BY said.at;

INSERT INTO incident_search (incident_id, station_id, opened_at, code, priority, state, outcome, channel, lon, lat,
    acknowledged_by, ack_s, response_s, doc)
SELECT i.id, i.station_id, i.opened_at, i.code, i.priority, i.state, i.outcome, i.channel, i.lon, i.lat,
    i.acknowledged_by, extract(epoch FROM i.acknowledged_at - i.opened_at),
    extract(epoch FROM i.arrived_at - i.opened_at),
    left(translate(lower(normalize(concat_ws(' ', i.number, i.place_th, i.place_en, i.about_th, i.about_en,
        concat_ws(' ', r.text, r.place_text), nullif(concat_ws(' ', pg_temp.noted(i.seq),
            pg_temp.ended(i.seq)), '')), NFKC)),
        E'\u0E47\u0E48\u0E49\u0E4A\u0E4B\u0E4C\u0E4E/.-', 'ⴀⴁⴂⴃⴄⴅⴆⴇⴈⴉ'), 20000)
FROM incident i JOIN report r ON r.incident_id = i.id WHERE i.seq BETWEEN %(low)s AND %(high)s;

INSERT INTO obs_fleet (id, station_id, kind, source, device_id, observed_at, received_at, clock, lon, lat, accuracy_m,
    payload, digest)
SELECT pg_temp.made_id(at, n || '-' || %(round)s), 10, 'position', 'bench-' || device + 1,
    (%(devices)s::uuid[])[1 + device], at, at, 'ok', 98.985 + 0.005 * sin(n * 0.0007 + device),
    18.795 + 0.005 * cos(n * 0.0009 + device), 8, '{"speed_mps": 4.2, "battery": 0.8}', md5(n::text)
FROM (SELECT n, (n %% 8 * 3 + (n / 8) %% 3)::int AS device,
        %(from_at)s::timestamptz + (n / 8) * %(gap)s::interval AS at
    FROM generate_series(%(low)s::int, %(high)s::int) n OFFSET 0) chosen;
