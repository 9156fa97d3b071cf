"""Between FiftyOne and the core: one place reads from the database, one place writes."""
