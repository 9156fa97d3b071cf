"""The operators of the App: translate between a form and a function."""
