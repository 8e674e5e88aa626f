"""The box's world: its people, shops and history, the same for the same seed number."""
