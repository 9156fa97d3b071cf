"""The App: a form or a click here, a function of the bridge there; nothing is computed here."""
