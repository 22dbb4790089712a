"""How long searching years takes: the list, filters, Thai words, the replay of an hour.

A station's own PostgreSQL (its usual settings) is filled with 1,000,000 incidents of five years, each with a report,
an assignment and its steps, and 10,000,000 positions of the last year (half of them in the last 30 days); `--quick`
takes a fiftieth and says so. A tenth of the incidents belongs to another station. Then the flows that the routes
call are run as `unjai_app` under row-level security: question, answer, rows as the screen gets them.

`p95_…_ms` is the 95th percentile over randomly chosen questions of each kind, after a short warm-up; the goal is
300 ms. Beside them: the same list as the tables' owner without row-level security (`plain_list_ms`, median), and the
same words under row-level security without the guarded function (`unguarded_text_ms`, median): what it is there for.
"""
