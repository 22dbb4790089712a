"""A controller on the street that is a program: dual ring, its own safety, NTCIP 1202 over SNMP; to test against."""
