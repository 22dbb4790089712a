"""All SQL of cameras: `tables` declares, the other files ask and change."""

from unjai.cameras.store.reads import streams

__all__ = ["streams"]
