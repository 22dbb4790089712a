"""A million junk messages for every sensor's decoder: nothing but `DecodeError` may come out.

Half are golden messages with something broken (bytes flipped, cut, doubled, values swapped for nasty ones), half are
made from nothing (random bytes, random JSON of the words the protocols use). What is decoded must be storable: declared
kinds, times in UTC, payloads that survive JSON, signatures and claims that do not raise. `unexpected` counts everything
else (0, else the status is 1), with `examples`; a seed makes a run repeatable. `--quick` sends 20,000 each.
"""
