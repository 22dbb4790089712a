"""Tables of plates and all SQL over them."""
