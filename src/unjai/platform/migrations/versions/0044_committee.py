"""The committee's visits, what is to be corrected, and the register of technology in use."""

from unjai.platform.migrations import run_sql

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
