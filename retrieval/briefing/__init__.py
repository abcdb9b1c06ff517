"""What changed: from new sources to a digest, in the order in which it is told. `compose` is the way in."""
