ALTER TABLE device DROP CONSTRAINT ck_device_kind;

ALTER TABLE device ADD CONSTRAINT ck_device_kind CHECK (kind IN ('sos_pole', 'phone', 'tracker', 'camera', 'recorder', 'hook', 'citizen_door'));
