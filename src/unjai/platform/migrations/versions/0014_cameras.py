"""The register of cameras: points, sources, consents, angle requests; facts of street edges."""

from unjai.platform.migrations import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run the statements beside this file."""
    run_sql(__file__)


def downgrade() -> None:
    """Steps go forward; a backup is the way back."""
    raise NotImplementedError
