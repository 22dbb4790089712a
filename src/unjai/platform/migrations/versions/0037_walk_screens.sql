-- Her page asks for the way again when this number grows.
ALTER TABLE obs_escort_walk ADD COLUMN way_no SMALLINT DEFAULT 0 NOT NULL;

-- When she asked for more time: the moment itself, so that the same said twice counts once.
ALTER TABLE obs_escort_said ADD COLUMN expected_at TIMESTAMP WITH TIME ZONE;
