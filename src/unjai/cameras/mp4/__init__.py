"""H.264 and H.265 pictures as fragmented MP4 and back, in plain Python: nothing is decoded, nothing is encoded."""
