"""Evidence packages: what was sealed, by whom, for which case."""

from unjai.platform.migrations import run_sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
