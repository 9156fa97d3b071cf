"""The names of what a run writes onto samples and their boxes: all begin with its key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldNames:
    """The names of fields and attributes of a run.

    Attributes:
        key: that they are named after.
    """

    key: str

    def score(self, name: str) -> str:
        """Field or attribute that holds a score: the key itself for ``quality``."""
        return self.key if name == "quality" else f"{self.key}_{name}"

    @property
    def expected_errors(self) -> str:
        """Field of a sample with the number of its errors, in expectation."""
        return f"{self.key}_expected_errors"

    @property
    def num_issues(self) -> str:
        """Field of a sample with the number of its issues."""
        return f"{self.key}_num_issues"

    @property
    def suggestions(self) -> str:
        """Field of a sample with the corrections as detections."""
        return f"{self.key}_suggestions"

    @property
    def issue(self) -> str:
        """Attribute of a label with the kind of its issue."""
        return f"{self.key}_issue"

    @property
    def suggested_label(self) -> str:
        """Attribute of a label with the class that it should have."""
        return f"{self.key}_suggested_label"
