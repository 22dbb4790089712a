"""Plates: how right the reader is, how honest its confidence, how fast, beside two readers that know no plates.

    python -m bench.plates [--json] [--quick]

(a) 2,000 new synthetic plates (with --quick 300) of kinds, widths and faces, a fifth of faces never taught; their seeds
    are used nowhere else. (b) The labelled real crops of shared/data/plates-th, where that folder is (else skipped,
    loudly).
"""
