"""What CI holds: bounds and contracts everywhere, drift where the numerical fingerprint is the baseline's."""
