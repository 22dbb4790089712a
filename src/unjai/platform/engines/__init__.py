"""PostgreSQL and NATS from their wheels as child processes; heavy libraries stay out, the supervisor lives long."""
