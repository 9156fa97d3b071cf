"""Fits the model of errors to a detector: corrupts labels and sees what that looks like.

The labels that are scored are those that the model is fitted to. With two or three parameters for
each kind of error, which no single label can sway, that needs no cross-fitting.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from odquality.core.scenes import BoolArray, FloatArray, IntArray, Scenes
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED
from odquality.methods.calibrated.canonical import canonical
from odquality.methods.calibrated.corruption import CORRUPTED_SHARE, corrupt
from odquality.methods.calibrated.draws import Keys
from odquality.methods.calibrated.error_rate import error_rate
from odquality.methods.calibrated.evidence import MATCH_IOU, Evidence, gather_evidence
from odquality.methods.calibrated.model import (
    MAX_LABEL_RATE,
    PRIOR_MODEL,
    ErrorModel,
)
from odquality.methods.calibrated.overlap import TOLERANCE, best_partner, overlaps

Pieces = Mapping[str, FloatArray]

# Labels are corrupted anew until there are about this many wrong ones of each kind,
_WRONG_LABELS = int(__import__("os").environ.get("WRONG","500"))
# but this many times at most.
_MAX_COPIES = 20


def calibrate(scenes: Scenes, seed: int) -> ErrorModel:
    """Fits a model to scenes, drawn towards `PRIOR_MODEL` where they are few.

    Args:
        scenes: the images.
        seed: of all that is random.
    """
    num_labels = len(scenes.labels)
    if num_labels == 0:
        return PRIOR_MODEL
    form = canonical(scenes, seed)
    scenes, keys = form.scenes, form.label_keys
    copies = int(np.clip(_WRONG_LABELS / (CORRUPTED_SHARE * num_labels), 1, _MAX_COPIES))
    detected = tuple(np.unique(scenes.predictions.classes).tolist())
    from odquality.methods.calibrated import evidence as ev
    ev.EXPECTED[0] = None
    present = gather_evidence(scenes, detected)
    ev.EXPECTED[0] = ev.Expected.fit(scenes, ev.height(present.labels["matched"]))
    present = gather_evidence(scenes, detected)
    labelled = scenes.of_images(np.flatnonzero(scenes.labels.counts))
    wrong = _wrong_pieces(labelled, keys, copies, detected)
    present_pieces: dict[str, Pieces] = dict.fromkeys(LABEL_KINDS, present.labels)
    present_pieces[OVERLOOKED] = {"unclaimed": present.unclaimed[present.candidate]}
    ratios = {
        kind: PRIOR_MODEL.ratios[kind].fitted(present_pieces[kind], wrong[kind], copies)
        for kind in KINDS
    }
    model = ErrorModel(ratios, PRIOR_MODEL.rates, detected)
    rates = {}
    for kinds, most in ((LABEL_KINDS, MAX_LABEL_RATE), ((OVERLOOKED,), 1.0)):
        suspicion = _suspicion(model, kinds, present_pieces[kinds[0]])
        for number, kind in enumerate(kinds):
            rates[kind] = min(most, _rate(suspicion, _suspicion(model, kinds, wrong[kind]), number))
            import os
            geo = os.environ.get("GEO", "")
            if kind in geo.split(",") and rates[kind] > .01:
                rates[kind] = float(np.sqrt(rates[kind] * .01))
    import os
    word = None
    if "word" in os.environ.get("VARIANT", ""):
        from odquality.methods.calibrated.candour import fit
        claimed = _found_labels(scenes) >= 0
        c = scenes.predictions.confidence
        use = (claimed | (present.candidate & (present.unclaimed > .7 * c))) & (c >= .05)
        word = fit(c[use], claimed[use])
    out = ErrorModel(ratios, rates, tuple(sorted(form.classes[list(detected)].tolist())))
    object.__setattr__(out, "word", word)
    return out


def _wrong_pieces(
    scenes: Scenes, keys: Keys, copies: int, detected: tuple[int, ...]
) -> dict[str, Pieces]:
    """The evidence of wrong boxes, per kind of error."""
    found = _found_labels(scenes)
    finds = np.concatenate([found + copy * len(scenes.labels) for copy in range(copies)])
    finds[np.tile(found < 0, copies)] = -1
    wrong: dict[str, Pieces] = {}
    for kind in KINDS:
        corruption = corrupt(scenes, keys, kind, copies)
        evidence = gather_evidence(corruption.scenes, detected)
        if kind == OVERLOOKED:
            wrong[kind] = _missing(evidence, finds, corruption.wrong)
        else:
            rows = np.flatnonzero(corruption.wrong)
            wrong[kind] = {name: values[rows] for name, values in evidence.labels.items()}
    return wrong


def _found_labels(scenes: Scenes) -> IntArray:
    """The label that each prediction has found, (P,) int64; -1 for none."""
    labels, predictions = scenes.labels, scenes.predictions
    pairs = overlaps(labels, predictions)
    same = labels.classes[pairs.first] == predictions.classes[pairs.second]
    pairs = pairs.where(same & (pairs.iou >= MATCH_IOU - TOLERANCE))
    return best_partner(pairs.iou, pairs.second, pairs.first, len(predictions))[1]


def _missing(evidence: Evidence, finds: IntArray, dropped: BoolArray) -> Pieces:
    """The evidence of the predictions that have found a label which was then dropped."""
    missing = evidence.candidate & (finds >= 0)
    missing[missing] = dropped[finds[missing]]
    return {"unclaimed": evidence.unclaimed[missing]}


def _suspicion(model: ErrorModel, kinds: tuple[str, ...], pieces: Pieces) -> FloatArray:
    """Log density ratios of n boxes, (number of kinds, n)."""
    return np.stack([model.ratios[kind].log(pieces) for kind in kinds])


def _rate(present: FloatArray, wrong: FloatArray, number: int) -> float:
    """The rate of the ``number``-th kind, judged by the boxes to which it is the likeliest."""
    import os
    if "ownrate" in os.environ.get("VARIANT", ""):
        return error_rate(present[number], present.shape[1], wrong[number], wrong.shape[1])
    return error_rate(
        present[number, present.argmax(axis=0) == number],
        present.shape[1],
        wrong[number, wrong.argmax(axis=0) == number],
        wrong.shape[1],
    )
