"""Between FiftyOne and the core; whatever asks the database goes through `store`."""
