"""How fast the reference engine is, and whether what it claims holds."""
