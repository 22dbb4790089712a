"""Pure analytics: no database, network or clock; heavy libraries are imported in the functions that use them."""
