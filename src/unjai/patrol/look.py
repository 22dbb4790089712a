"""The process that looks at a photograph: its difference hash as JSON on stdout, bounded in memory and time."""

from __future__ import annotations

import json
import resource
import sys

from unjai.patrol.rules.pictures import HIGH, WIDE, dhash

_MEMORY_BYTES = 2_000_000_000
_CPU_S = 20


def main() -> None:
    """Look at the file that is named and end; without a picture in it, say so."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    import cv2  # noqa: PLC0415  heavy: in this process alone

    cv2.setNumThreads(1)
    seen = cv2.imread(sys.argv[1], cv2.IMREAD_REDUCED_GRAYSCALE_4)
    if seen is None:
        json.dump({"bits": None}, sys.stdout)
        return
    small = cv2.resize(seen, (WIDE, HIGH), interpolation=cv2.INTER_AREA)
    json.dump({"bits": dhash(small.tolist())}, sys.stdout)


if __name__ == "__main__":
    main()
