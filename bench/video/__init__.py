"""Cameras and what is seen by them: streams a core carries, and how right the analysis is.

    python -m bench.video [--json] [--quick] [--part NAME]

Each part is a module of this package with `async def measure(quick, began) -> dict`, named in `PARTS`.
"""

PARTS = ("streams", "gate", "vision", "analysis", "browser")
"""The modules that measure, in their order."""
