"""Each behaviour of the stand-in, proven with small checks written for it."""
