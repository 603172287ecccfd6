"""Notes on people and companies."""
