"""What a user brings: own functions, called in a process of their own, and own logits."""
