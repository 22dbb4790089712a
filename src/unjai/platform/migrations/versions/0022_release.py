"""Stills and clips with faces blurred, for whoever is not the police."""

from unjai.platform.migrations import run_sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
