"""All migration steps together make exactly what the stores declare."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from unjai.platform.engines.alone import Postgres
from unjai.platform.schema import statements

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relname <> 'alembic_version'
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version' AND contype <> 'n'
"""
INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
POLICIES = "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies"
GUARDS = """
SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'alembic_version'
"""
GRANTS = """
SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants
WHERE table_schema = 'public' AND grantee LIKE 'unjai%' AND grantee <> 'unjai_owner' AND table_name <> 'alembic_version'
"""


@pytest.fixture(scope="module")
def declared(postgres: Postgres) -> Iterator[str]:
    """A database made by the declared tables alone, without a migration."""
    admin = create_engine(postgres.dsn("postgres", "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE declared OWNER unjai_owner"))
    owner = create_engine(postgres.dsn("unjai_owner", "declared"))
    with owner.begin() as connection:
        for statement in statements():
            connection.exec_driver_sql(statement)
    owner.dispose()
    yield "declared"
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE declared WITH (FORCE)"))
    admin.dispose()


@pytest.mark.parametrize("query", [COLUMNS, CONSTRAINTS, INDEXES, POLICIES, GUARDS, GRANTS])
def test_the_steps_make_what_is_declared(postgres: Postgres, declared: str, query: str):
    found = {}
    for name in ("unjai", declared):
        engine = create_engine(postgres.dsn("unjai_owner", name))
        with engine.connect() as connection:
            found[name] = {tuple(row) for row in connection.execute(text(query))}
        engine.dispose()
    made, wanted = found["unjai"], found[declared]
    assert wanted
    assert sorted(map(str, made - wanted)) == [], "only the migrations make these"
    assert sorted(map(str, wanted - made)) == [], "only the stores declare these"
