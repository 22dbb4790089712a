"""Walks that are watched: the walk, its positions, what she answered, links for friends."""

from unjai.platform.migrations import run_sql

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
