"""Alert rules: what a station asks to be told of, one form and one engine for every kind of rule."""
