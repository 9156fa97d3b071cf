"""Built-in demo: rendered images, a real detector run over them, labels with known errors."""
