ALTER TABLE audit_seal RENAME COLUMN hash TO chain;

ALTER TABLE audit_seal ALTER COLUMN chain DROP NOT NULL;

ALTER TABLE audit_seal ADD COLUMN leaf BYTEA;

CREATE TABLE audit_node (
    level INTEGER NOT NULL,
    index BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_audit_node PRIMARY KEY (level, index)
);

GRANT SELECT, INSERT ON audit_node TO unjai_app, unjai_worker;

CREATE TABLE audit_root (
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    day DATE,
    size BIGINT NOT NULL,
    root BYTEA NOT NULL,
    public BYTEA NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_audit_root PRIMARY KEY (at),
    CONSTRAINT uq_audit_root_day UNIQUE (day)
);

GRANT SELECT, INSERT ON audit_root TO unjai_app, unjai_worker;
