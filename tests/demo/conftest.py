"""FiftyOne's tests have a database of their own."""

import tests.fiftyone_environment  # noqa: F401
