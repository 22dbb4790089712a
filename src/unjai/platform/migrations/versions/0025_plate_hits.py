"""Hits on the watch list: what was seen, how it was judged, what came of it."""

from unjai.platform.migrations import run_sql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
