"""How whole runs grow, from ten thousand images to a million: time, memory, disk and traffic."""
