"""The cards: one suspected error after the other, with what to decide."""

from __future__ import annotations

import fiftyone.operators.types as types

from odquality.app.operators.output import escape
from odquality.app.panel.parts import Buttons, add_kinds, in_rows, markdown, narrowed_to
from odquality.app.panel.place import Place
from odquality.app.script import add_choice_of, add_keys, has_script
from odquality.bridge.review.progress import OpenCounts
from odquality.bridge.review.queue import Card
from odquality.bridge.review.rows import BY_IMAGES, BY_PROBABILITY
from odquality.kinds import BY_NAME

_ACTIONS = {
    "add": "add this label",
    "relabel": "give it the class {label}",
    "move": "move the box",
    "remove": "remove the label",
}

# This many classes have a button where others can be typed; those with the most open issues.
_MOST_CLASSES = 12

LEGEND = "Keys: **a** accept, **d** dismiss, **s** skip, **u** undo, **e** edit by hand"


def add_card(panel: types.Object, buttons: Buttons, place: Place, card: Card) -> None:
    """What is suspected, the pictures and the decisions."""
    issue = card.issue
    behind = f" · {len(card.others)} more on this image" if card.others else ""
    fix = _ACTIONS[issue.action].format(label=escape(issue.label))
    markdown(
        panel,
        "says",
        f"**{issue.title}** {issue.probability:.0%}: {escape(issue.evidence)}.  \n"
        f"Accept: {fix}.{behind}",
    )
    row = panel.h_stack("decide", gap=1)
    buttons.add(row, "accept", "Accept", "check", place, variant="contained")
    buttons.add(row, "dismiss", "Dismiss", "close", place, variant="outlined")
    buttons.add(row, "skip", "Skip", "skip_next", place)
    row = panel.h_stack("besides", gap=1)
    buttons.add(row, "undo", "Undo", "undo", place)
    buttons.add(row, "edit", "Edit", "edit", place)
    buttons.add(row, "finish", "Refresh grid", "grid_view", place)
    panel.img("crop", width="100%", alt_text=issue.evidence)
    markdown(panel, "legend", LEGEND)
    markdown(panel, "whole_says", "All that is open on its image; this card is in the light:")
    panel.img("whole", width="100%", alt_text="The whole image")


def add_nothing_open(panel: types.Object, buttons: Buttons, place: Place) -> None:
    """What is said when all is decided."""
    which = narrowed_to(place)
    said = f"**No open issues {which}**".replace(" **", "**")
    markdown(panel, "says", f"{said}. Score again to see what is left.")
    row = panel.h_stack("besides", gap=1)
    buttons.add(row, "undo", "Undo", "undo", place)
    if which:
        everything = place.moved(kind=None, of_class=None)
        buttons.add(row, "all", "All cards", "filter_alt_off", everything, does="show")
    buttons.add(row, "score", "Score again", "fact_check", place)


def add_order(panel: types.Object, buttons: Buttons, place: Place) -> None:
    """Which cards come, and in which order."""
    row = panel.h_stack("order", gap=1)
    by_images = place.order == BY_IMAGES
    other = BY_PROBABILITY if by_images else BY_IMAGES
    name = "Image by image" if by_images else "Likeliest first"
    anywhere = place.moved(sample_id=None)
    there = anywhere.moved(order=other)
    buttons.add(row, "order", name, "swap_vert", there, does="show")
    there = anywhere.moved(choosing=True)
    buttons.add(row, "choose", "Which cards …", "filter_alt", there, does="show")
    if narrowed_to(place):
        row = panel.h_stack("narrowed", gap=1)
    if place.kind is not None:
        name = f"{BY_NAME[place.kind].title} only"
        there = anywhere.moved(kind=None)
        buttons.add(row, "every", name, "filter_alt_off", there, does="show")
    if place.of_class is not None:
        there = anywhere.moved(of_class=None)
        buttons.add(
            row, "every_class", f"{place.of_class} only", "filter_alt_off", there, does="show"
        )


def add_choice(
    panel: types.Object, buttons: Buttons, place: Place, counts: OpenCounts, uri: str
) -> None:
    """What there is to choose from, with how many cards it has."""
    there = place.moved(choosing=False, sample_id=None)
    markdown(panel, "kind_says", "**Which cards come?** Those of one kind of error:")
    add_kinds(panel, buttons, there, counts.kinds, does="show")
    is_typed = len(counts.classes) > _MOST_CLASSES and has_script()
    most = ", of those with the most" if is_typed else ""
    markdown(panel, "class_says", f"Those of one class, as labelled or as suggested{most}:")
    classes = {f"{name} {number:,}": name for name, number in counts.classes.items()}
    on_buttons = list(classes.items())[: _MOST_CLASSES if is_typed else None]
    for line, (slot, (label, name)) in in_rows(panel, "classes", list(enumerate(on_buttons))):
        here = there.moved(of_class=name)
        buttons.add(line, f"class{slot}", label, None, here, does="show")
    if is_typed:
        choices = {label: {"of_class": name} for label, name in classes.items()}
        title = f"Any of {len(classes):,} classes"
        add_choice_of(panel, title, choices, f"{uri}#show", there.to_params()["place"])
    row = panel.h_stack("all", gap=1)
    everything = there.moved(kind=None, of_class=None)
    buttons.add(row, "all", "All cards", "filter_alt_off", everything, does="show")


def bind_keys(panel: types.Object, uri: str, place: Place) -> None:
    """Binds keys to what the buttons of a card do, where the page has the plugin's script."""
    names = {"a": "accept", "d": "dismiss", "s": "skip", "u": "undo", "e": "edit"}
    add_keys(panel, {key: f"{uri}#{name}" for key, name in names.items()}, place.to_params())
