"""The process that sets a page: a request as JSON on stdin, the PDF on stdout, bounded in memory and time."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

_MEMORY_BYTES = 1_500_000_000
_CPU_S = 25


def main() -> None:
    """Set one page and end."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    import typst  # noqa: PLC0415  heavy: in this process alone

    asked = json.load(sys.stdin)
    made: bytes = typst.compile(  # type: ignore[call-overload]  # its stub forgets bytes beside paths of fonts
        Path(asked["template"]).read_bytes(),
        font_paths=[str(Path(__file__).parent / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
        format="pdf",
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
