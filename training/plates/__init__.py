"""The plate reader's training: synthetic plates, the net, its teaching, its export."""
