"""Pure analytics: no database, no network, no clock; heavy libraries are imported inside the functions that use them."""
