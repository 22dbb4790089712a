"""kill -9 of web, core, NATS and PostgreSQL at random moments, also two at once, under 200 observations a second.

Clients in a process of their own send positions (HTTP), presses (MQTT QoS 1) and 191 calls, repeat each message until
it is acknowledged (2xx, PUBACK), and write the acknowledged ones to a file of their own. A round kills and waits until
all three doors acknowledge again (its recovery). At the end the file is held against PostgreSQL: `lost` and `doubled`
count observations, reports and incidents together (0, else the status is 1); the parts are told beside them.
`syncs_per_ack` counts fsync and fdatasync of NATS (press, position) and PostgreSQL (call) while messages go one by
one, by strace: kill -9 alone says nothing of a power cut. Goal: 100 rounds, none lost, none doubled, each recovered
within 10 s. `--quick` does 3 rounds, `--rounds N` as many as asked.
"""
