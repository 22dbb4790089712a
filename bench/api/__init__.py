"""Every operation of the HTTP API, asked strangely by whoever may ask it: no answer may be an error of ours.

A whole centre with the demo zone and a little night in it (a call, an offer, a party, a sealed file …). A role asks
what it may ask, by several accounts of its own, as `web/limits.py` wants it; ids that the centre told before stand in
the paths and bodies, so that a request comes as far as the thing itself.

- `schemathesis` makes requests of the API's own description: what lies at the borders of each field, then at random,
  valid and not; its checks look at status, content type, headers and shape of each answer.
- `odd` takes a valid request and puts something nasty into one field at a time (NUL, lone surrogates, 10^400, NaN,
  the years 1 and 9999, a thousand brackets …), and sends bodies that are none: cut, of the wrong type, bad multipart.
- `doors` sends the same junk as `bench.fuzz` through the sensors' HTTP doors, with the secrets of real devices.

`operations` and `requests` were asked; `accepted`, `refused`, `limited` (429) and `unserved` say what became of them.
`server_errors` counts 5xx and answers that never came, `unexpected_schema` distinct operations and checks whose
answer is not what the description says, or whose refusal lacks code, Thai or English. `logged` counts errors in the
logs of web and core, `healthy` says whether the centre still was at the end. A `seed` makes the requests again, as
far as the centre's own ids allow. `--quick` gives each operation to one role and takes a few of everything; on a slow
machine it stops in time, and `operations` is less than `of`.
"""
