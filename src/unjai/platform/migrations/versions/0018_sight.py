"""What cameras should look like, what was wrong with them, the lines over which they count."""

from unjai.platform.migrations import run_sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
