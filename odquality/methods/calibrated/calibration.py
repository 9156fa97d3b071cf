"""Fits the model of errors to a detector: corrupts labels and sees what that looks like.

The labels that are scored are those that the model is fitted to. With two to five parameters for
each kind of error, which no single label can sway, that needs no cross-fitting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from odquality.core.pooling import number_where_any
from odquality.core.scenes import BoolArray, FloatArray, IntArray, Scenes
from odquality.kinds import KINDS, LABEL_KINDS, OVERLOOKED
from odquality.methods.calibrated.annotators import Annotators, fit_annotators
from odquality.methods.calibrated.canonical import canonical
from odquality.methods.calibrated.corruption import CORRUPTED_SHARE, corrupt
from odquality.methods.calibrated.draws import Keys
from odquality.methods.calibrated.error_rate import error_rate, label_error_rates
from odquality.methods.calibrated.evidence import (
    MATCH_IOU,
    Evidence,
    gather_evidence,
    plain_evidence,
)
from odquality.methods.calibrated.expectation import Expectation
from odquality.methods.calibrated.hidden import detector_weight, hidden_per_object
from odquality.methods.calibrated.model import PRIOR_MODEL, ErrorModel
from odquality.methods.calibrated.overlap import best_partner, overlaps
from odquality.methods.calibrated.support import height
from odquality.methods.calibrated.units import TOLERANCE

Pieces = Mapping[str, FloatArray]

# Labels are corrupted anew until there are about this many wrong ones of each kind,
_WRONG_LABELS = 2000
# but this many times at most.
_MAX_COPIES = 20

# A prediction whose unclaimed confidence is at least this share of its confidence lies by itself.
_ALONE = 0.7


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
    plain = plain_evidence(scenes, detected)
    expectation = Expectation.fit(
        scenes, plain.labels["crowding"], height(plain.labels["fair_support"])
    )
    present = plain.held_to(expectation, scenes)
    found = _found_labels(scenes)
    labelled = scenes.labels.counts > 0
    finds = found[labelled[scenes.predictions.image]]
    wrong = _wrong_pieces(
        scenes.of_images(np.flatnonzero(labelled)), keys, copies, finds, detected, expectation
    )
    present_pieces: dict[str, Pieces] = dict.fromkeys(LABEL_KINDS, present.labels)
    present_pieces[OVERLOOKED] = {"unclaimed": present.unclaimed[present.candidate]}
    ratios = {
        kind: PRIOR_MODEL.ratios[kind].fitted(present_pieces[kind], wrong[kind], copies)
        for kind in KINDS
    }
    suspicion = {
        kind: (ratio.log(present_pieces[kind]), ratio.log(wrong[kind]))
        for kind, ratio in ratios.items()
    }
    rates = label_error_rates(suspicion)
    rates[OVERLOOKED] = error_rate(*suspicion[OVERLOOKED])
    classes = form.classes[list(detected)]
    model = ErrorModel(
        ratios,
        rates,
        tuple(sorted(classes.tolist())),
        expectation.renamed(form.classes),
        _annotators(scenes, present, found >= 0),
        one_class=len(np.union1d(scenes.labels.classes, detected)) == 1,
    )
    wrong_labels = np.sum(list(model.label_probabilities(present).values()), axis=0)
    shown = np.nan_to_num(model.overlooked_probability(present))
    return replace(
        model,
        hidden=_hidden(
            model.annotators, shown, scenes, present, found, detected, 1.0 - wrong_labels
        ),
        detector_weight=detector_weight(shown, len(scenes)),
        clustering=number_where_any(float(wrong_labels.sum()) / len(scenes)),
    )


def _annotators(scenes: Scenes, present: Evidence, labelled: BoolArray) -> Annotators | None:
    """What annotators miss, told by predictions that have found a label or lie by themselves."""
    confidence = scenes.predictions.confidence
    alone = present.candidate & (present.unclaimed >= _ALONE * confidence)
    used = labelled | alone
    return fit_annotators(confidence[used], labelled[used])


def _hidden(
    annotators: Annotators | None,
    shown: FloatArray,
    scenes: Scenes,
    present: Evidence,
    finds: IntArray,
    detected: tuple[int, ...],
    right: FloatArray,
) -> float:
    """What neither labels nor predictions show.

    ``shown`` and ``finds`` are of the predictions, ``right`` is the probability of each label that
    it has no error.
    """
    found = np.zeros(len(scenes.labels), bool)
    found[finds[finds >= 0]] = True
    known = np.isin(scenes.labels.classes, detected)
    seen = scenes.predictions.confidence[present.unlabelled]
    # More is hidden only as far as misses surely depend on what is hard to see.
    beta = 0.0 if annotators is None else annotators.least_beta
    return hidden_per_object(shown, right[known], found[known], seen, beta)


def _wrong_pieces(
    scenes: Scenes,
    keys: Keys,
    copies: int,
    found: IntArray,
    detected: tuple[int, ...],
    expectation: Expectation,
) -> dict[str, Pieces]:
    """The evidence of wrong boxes, per kind of error; ``found`` is of the predictions."""
    finds = np.concatenate([found + copy * len(scenes.labels) for copy in range(copies)])
    finds[np.tile(found < 0, copies)] = -1
    wrong: dict[str, Pieces] = {}
    for kind in KINDS:
        corruption = corrupt(scenes, keys, kind, copies)
        evidence = gather_evidence(corruption.scenes, detected, expectation)
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
