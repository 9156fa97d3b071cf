"""The numeric core: arrays in, arrays out; imports numpy only."""
