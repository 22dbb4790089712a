-- Whether a camera's masks cover its live pictures and recordings too.
ALTER TABLE camera ADD COLUMN mask_copies BOOLEAN DEFAULT true NOT NULL;
