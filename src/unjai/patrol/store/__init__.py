"""Tables of patrol and all SQL over them."""
