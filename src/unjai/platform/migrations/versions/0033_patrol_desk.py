"""The superintendent's desk of patrol: asked visits, festivals, hours of kinds of places, streets patrolled by hour."""

from unjai.platform.migrations import run_sql

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
