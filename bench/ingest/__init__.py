"""Durable positions a second through the public OwnTracks door, beside a naive peer at the same durability.

`positions_per_s_single` has one position a request, `positions_per_s_batched` a hundred. A position counts when its
request was answered with 2xx, which the centre gives after the stream's synced acknowledgement; at the end every
acknowledged position must stand in PostgreSQL exactly once (`lost`, `doubled`: 0, else the status is 1). The peer is
described in `bench.ingest.naive`; `ratio_to_naive` = batched / the peer's rate, the median of rounds that alternate.
`kept_per_s` is the pace at which batched rounds reached the tables.
"""
