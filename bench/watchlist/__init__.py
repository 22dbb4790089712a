"""The watch list: what a read costs beside a million entries, how many innocent reads hit, how many meant ones do."""
