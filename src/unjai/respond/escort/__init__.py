"""Walk at ease — เดินอุ่นใจ: ways on foot with their ease, and walks that somebody watches over."""
