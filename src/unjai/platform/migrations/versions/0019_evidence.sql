-- step 0019_evidence: filled in by its slice
SELECT 1;
