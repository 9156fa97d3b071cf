"""What was found while samples were read; what several readers have found merges."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, replace

from odquality.bridge.read.classes import ClassCodes, sort_names
from odquality.bridge.read.metadata import Unreadable
from odquality.bridge.read.source import Source
from odquality.core.agreement import Agreement
from odquality.core.class_names import listed
from odquality.core.scenes import IntArray


@dataclass
class Reading:
    """What was found while samples were read.

    Attributes:
        source: what was read.
        codes: the class of each label that was met. They are numbered as they turn up, after those
            of the source, until `settled` numbers them by their names.
        unscored: number of samples that were passed over, by reason.
        treated: number of detections that needed special treatment, by what was done.
        agreement: what tells whether labels and predictions fit together.
        unreadable: media whose sizes were needed and cannot be read.
        met: attributes of probabilities and regions to ignore that some detection has.
        mapped: names of the source's class map that were met.
        is_whole: whether this is all that there is to read.
    """

    source: Source
    codes: ClassCodes = field(default_factory=ClassCodes)
    unscored: Counter[str] = field(default_factory=Counter)
    treated: Counter[str] = field(default_factory=Counter)
    agreement: Agreement = field(default_factory=Agreement)
    unreadable: Unreadable = field(default_factory=Unreadable)
    met: set[str] = field(default_factory=set)
    mapped: set[str] = field(default_factory=set)
    is_whole: bool = False

    def merge(self, other: Reading) -> tuple[Reading, IntArray]:
        """What both have found, and the numbers that it has for the other's classes, (n + 1,)."""
        both, others = deepcopy(self), deepcopy(other)
        numbers = both.codes.numbers_of(others.codes)
        others.agreement.renumber(numbers)
        both.unscored += others.unscored
        both.treated += others.treated
        both.agreement.merge(others.agreement)
        both.unreadable.merge(others.unreadable)
        both.met |= others.met
        both.mapped |= others.mapped
        return both, numbers

    def settled(self) -> tuple[Reading, IntArray]:
        """The reading of all samples, and the new numbers of the classes, (n + 1,).

        Classes are numbered by their names, which does not depend on the order of the samples.

        Raises:
            ValueError: nothing sensible can come of the data, beyond doubt.
        """
        refusal = self.refusal() or self.unreadable.refusal()
        if refusal:
            raise ValueError(refusal)
        codes, numbers = sort_names(self.codes)
        whole = replace(deepcopy(self), codes=codes, is_whole=True)
        whole.agreement.renumber(numbers)
        return whole, numbers

    def refusal(self) -> str | None:
        """Why nothing sensible can come of the data, beyond doubt; None if something may."""
        return self.agreement.refusal(
            f"gt_field {self.source.gt_field!r}", f"pred_field {self.source.pred_field!r}"
        )

    def findings(self) -> list[str]:
        """Sentences about what the user should know of the data, none where all is well."""
        gt_field, pred_field = repr(self.source.gt_field), repr(self.source.pred_field)
        names = self.codes.names
        sentences = self.agreement.findings(names, gt_field, pred_field)
        unused = sorted(self.source.class_map.keys() - self.mapped)
        if unused:
            sentences.append(f"class_map names classes that {pred_field} has not: {listed(unused)}")
        labelled = self.agreement.label_classes.keys()
        lost = {names[code] for code in self.agreement.prediction_classes.keys() - labelled}
        if labelled and (unknown := sorted(lost & set(self.source.class_map.values()))):
            sentences.append(
                f"class_map leads to classes that no label of {gt_field} has: {listed(unknown)}"
            )
        # Some samples alone may well lack an attribute; all should not.
        if self.is_whole:
            sentences += [
                f"{argument} is {name!r}, which is no attribute of any detection that was read, "
                "and had no effect"
                for argument, name in self.source.chosen.items()
                if name not in self.met
            ]
        if number := self.unscored[no_value(self.source.gt_field)]:
            sentences.append(
                f"images without a value in {gt_field} are not scored, here {number:,}: if an "
                "annotator found nothing to draw there, pass score_unannotated=True to score them "
                "as images without labels"
            )
        return sentences

    def question(self) -> str | None:
        """What to ask where labels and predictions agree better than they should, else None."""
        gt_field, pred_field = repr(self.source.gt_field), repr(self.source.pred_field)
        return self.agreement.in_sample.finding(gt_field, pred_field)


def no_value(field: str) -> str:
    """Why a sample is not scored that has no value in a field."""
    return f"no value in {field!r}"
