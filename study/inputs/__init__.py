"""What is measured on: families, the hard battery, adversarial inputs, somebody's own logits."""
