"""How long searching a month of plate reads takes, how fast reads are kept, and how fast a day goes.

A station's own PostgreSQL (its usual settings) is filled with 10,000,000 reads of the last 30 days at 120 cameras, of
about 1.9 M distinct plates as unevenly seen as streets have them; `--quick` takes a tenth and says so. A tenth of the
plates belongs to another station. Then the two flows that the routes call are run as `unjai_app` under row-level
security: a search is opened (with its row in the log, committed), then its answer is looked at.

`p50_…_ms` and `p95_…_ms` are of the guarded function with its row in the log, from the question to the last row in
Python, over randomly chosen questions of each kind after a short warm-up: `exact` (one registration with its province,
30 days, all cameras), `wildcard` (one letter and one or two digits unknown), `look_alike`, `convoy` (camera A, then B
within ten minutes, 7 days), `polygon` (one hour of the cameras in an area). `whole_exact_ms` is both steps with their
two commits on the disc. `insert_per_s` is the way of RECORD: 500 reads a batch, a commit each, synced; in the newest
day, beside all that is there.
"""
