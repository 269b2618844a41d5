"""The worst case of what cannot be enumerated, searched for: what is found is a lower bound."""
