-- step 0020_angles: filled in by its slice
SELECT 1;
