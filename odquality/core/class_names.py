"""Do the class names of labels and predictions fit together?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from odquality.core.parameters import shown

# Fewer boxes of common classes than this share are said to be few.
_FEW = 0.5
_MOST_SHOWN = 8


def compare_class_names(
    labels: Mapping[str, int],
    predictions: Mapping[str, int],
    *,
    gt_name: str,
    pred_name: str,
) -> list[str]:
    """What speaks against the class names of labels and predictions.

    Args:
        labels: number of labels of each class that has some.
        predictions: number of predictions of each class that has some.
        gt_name: what the labels are called in a message.
        pred_name: what the predictions are called in a message.

    Returns:
        Sentences, none where all is well or where there are no labels or no predictions.
    """
    if not labels or not predictions:
        return []
    sentences = _alike_among_labels(labels, gt_name)
    alike = _alike(labels, predictions)
    if alike:
        sentences.append(
            f"class names of {pred_name} differ from those of {gt_name} only by case, blanks, "
            f"hyphens or underscores: pass class_map={alike} to take them for the same"
        )
    only_labels = sorted(labels.keys() - predictions.keys() - set(alike.values()))
    only_found = sorted(predictions.keys() - labels.keys() - alike.keys())
    if len(predictions) == 1 and only_found and not alike:
        sentences.append(_class_agnostic(only_found[0], sorted(labels), gt_name, pred_name))
    elif not labels.keys() & predictions.keys() and not alike:
        sentences.append(
            f"{gt_name} and {pred_name} have no class name in common ({gt_name}: "
            f"{listed(only_labels)}; {pred_name}: {listed(only_found)}), so every label seems to "
            f"be of a wrong class: pass class_map={{{only_found[0]!r}: {only_labels[0]!r}, ...}}, "
            "the name among the labels for each name among the predictions"
        )
    else:
        sentences += _few(labels, only_labels, gt_name, pred_name)
        sentences += _few(predictions, only_found, pred_name, gt_name)
    return sentences


def listed(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return ", ".join(map(shown, names[:_MOST_SHOWN])) + more


def _alike(labels: Mapping[str, int], predictions: Mapping[str, int]) -> dict[str, str]:
    """The label class of each predicted class that differs from exactly one only in writing."""
    written = _by_writing(labels)
    return {
        name: written[_plain(name)][0]
        for name in sorted(predictions)
        if name not in labels and len(written.get(_plain(name), ())) == 1
    }


def _alike_among_labels(labels: Mapping[str, int], gt_name: str) -> list[str]:
    twice = [f"({listed(names)})" for names in _by_writing(labels).values() if len(names) > 1]
    if not twice:
        return []
    return [
        f"{gt_name} has class names that differ only by case, blanks, hyphens or underscores "
        f"and count as different classes: {', '.join(twice[:_MOST_SHOWN])}"
    ]


def _by_writing(names: Iterable[str]) -> dict[str, list[str]]:
    """Names that differ only in writing, sorted, by what they have in common."""
    written: dict[str, list[str]] = {}
    for name in sorted(names):
        written.setdefault(_plain(name), []).append(name)
    return written


def _plain(name: str) -> str:
    """A name without what people write in different ways."""
    plain = "".join(letter for letter in name.casefold() if letter not in "-_ \t\r\n\u00a0")
    return plain or name


def _class_agnostic(only: str, labels: list[str], gt_name: str, pred_name: str) -> str:
    told = f"all of {pred_name} are of the one class {only!r}, which no label of {gt_name} has"
    if len(labels) == 1:
        return (
            f"{told}, so every label seems to be of a wrong class: if both mean the same, pass "
            f"class_map={{{only!r}: {labels[0]!r}}}"
        )
    return (
        f"{told} (labels: {listed(labels)}): a detector that tells no classes apart cannot confirm "
        "any, so every label seems to be of a wrong class; use predictions with the labels' "
        "classes, or score a copy of the labels that are all of that class"
    )


def _few(counts: Mapping[str, int], missing: list[str], owner: str, others: str) -> list[str]:
    """A sentence if few of the boxes are of classes that the others have too."""
    total, lost = sum(counts.values()), sum(counts[name] for name in missing)
    if lost <= (1 - _FEW) * total:
        return []
    return [
        f"{lost / total:.0%} of {owner} are of classes that {others} has not: {listed(missing)}"
    ]
