"""From a pressed pole to the operators' screens, and what the live picture costs, through a whole centre's doors.

`sos_to_operator_*`: 200 observations/s come in through the HTTP door, 50 screens read `/api/live`, poles are pressed
over MQTT at random moments. Time runs from just before the publish to the moment the delta with the new or grown
incident reaches a screen, over all presses and all screens; `sos_to_mark_*` is the same for the pole's own mark.

`*_core_share_200x100`: CPU seconds per wall second of `web` and `core` with 100 observations/s (positions over HTTP,
poles over MQTT, a press each second) and 200 screens in five view classes: four of the demo station (all rights;
without callers; incidents only; nothing but the map) and one of a second station with a quarter of the phones.
Readers and phones are processes of their own; `classes` says what each class got, `leaks` how often a class got what
it has no right to see (it must be 0, else the status is 1).

CPU seconds grow when others use the machine too: `pace_ms` is the CPU time of a small fixed piece of Python beside
the run, 0.32 ms where nobody else is at work.
"""
