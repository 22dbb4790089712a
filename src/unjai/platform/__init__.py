"""The ground: engines, database, streams, outbox, audit, texts, HTTP. Knows nothing of policing."""
