"""Controllers on the street that speak NTCIP 1202 over SNMP: read what they do, command by steps, touch no lamp."""
