CREATE TABLE core_term (
    id INTEGER NOT NULL,
    term BIGINT NOT NULL,
    CONSTRAINT pk_core_term PRIMARY KEY (id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON core_term TO unjai_app, unjai_worker;
