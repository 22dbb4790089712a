-- step 0021_voice: filled in by its slice
SELECT 1;
