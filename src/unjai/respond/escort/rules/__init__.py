"""What is decided of walks at ease: how at ease a street is, which ways there are, when to ask, when to alert."""
