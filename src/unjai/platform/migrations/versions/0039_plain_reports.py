"""Plain reports of citizens: triage, answer, not mended."""

from unjai.platform.migrations import run_sql

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
