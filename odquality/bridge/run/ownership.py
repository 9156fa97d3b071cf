"""What a run may write and what it has to clear away first: nothing that is not a run's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import fiftyone as fo

from odquality.bridge.store import records, schema, values
from odquality.bridge.store.field_names import FieldNames
from odquality.bridge.store.marks import marked_key
from odquality.bridge.store.names import check_name
from odquality.bridge.store.records import RunRecord
from odquality.bridge.store.schema import Declaration, FieldSpec
from odquality.bridge.write.fields import RunFields
from odquality.methods.registry import METHODS, method_info


@dataclass(frozen=True)
class Territory:
    """What a run under a key finds.

    Attributes:
        previous: the record of the run that it replaces, if there is one.
        to_clear: paths whose values and declarations are an earlier run's.
    """

    previous: RunRecord | None
    to_clear: tuple[str, ...]


def check_key(key: object) -> None:
    """Checks that a key can name a run and its fields.

    Raises:
        ValueError: it cannot.
    """
    check_name("key", key, field_names(key) if isinstance(key, str) else ())


def survey(dataset: fo.Dataset, fields: RunFields, *, values_too: bool = True) -> Territory:
    """Finds out what a run under a key replaces, and checks that it touches nothing else.

    Args:
        dataset: that the run is on.
        fields: what it would write.
        values_too: whether to look for values that are not declared, which reads all samples.

    Raises:
        ValueError: the key is another run's, or is in use right now; or the run would write over
            what is not a run's, or into what is read-only. Says which.
    """
    key = fields.key
    if records.has_other_run(dataset, key):
        raise ValueError(
            f"key is {key!r}, which is a run of another kind; choose another key or delete "
            f"that run: dataset.delete_run({key!r})"
        )
    previous = records.find(dataset, key)
    if previous is not None and previous.is_in_progress:
        raise ValueError(f"key is {key!r}, but {previous.describe()}, or choose another key")
    declared = schema.declared(dataset)
    others = {
        path
        for record in records.find_all(dataset)
        if record.key != key
        for path in owned_paths(declared, record)
    }
    own = copied_paths(declared, key) if previous is None else owned_paths(declared, previous)
    owned = own - others
    to_write = fields.paths()
    taken = [path for path in to_write if path in declared and path not in owned]
    if taken:
        raise ValueError(
            f"key is {key!r}, but the dataset has fields that a run under it would "
            f"overwrite: {taken}; choose another key, or rename or delete them first"
        )
    unknown = [path for path in to_write if path not in declared and path not in owned]
    found = values.first_with(dataset, unknown) if values_too else None
    if found is not None:
        raise ValueError(
            f"key is {key!r}, but samples or labels have values in {found!r}, which the dataset "
            "does not declare and a run would overwrite; choose another key"
        )
    paths = [fields.gt_field, fields.pred_field, *to_write, *owned]
    check_writable(declared, paths, "a run would write to them")
    return Territory(previous, tuple(sorted(owned)))


def owned_paths(declared: Mapping[str, Declaration], record: RunRecord) -> set[str]:
    """Every path that a run wrote, as far as it still is the run's.

    A field is the run's if it carries the run's mark: it may have moved with the labels since. One
    without a mark is the run's only if the record is of before there were marks. Values without a
    declaration are the run's if its record says so.
    """
    trusted = not record.has_marks
    listed = {path for path in record.paths if trusted or path not in declared}
    return listed.union(*(_marked(declared, key) for key in record.field_keys))


def copied_paths(declared: Mapping[str, Declaration], key: str) -> set[str]:
    """Every path that a run under a key wrote whose fields are there without its record.

    Clones of views and merged datasets have them with marks, datasets from a JSON file without.
    """
    return _marked(declared, key) or _unmarked_run(declared, key)


def writable(declared: Mapping[str, Declaration], paths: Collection[str]) -> list[str]:
    """Those of some paths that are not read-only."""
    return [path for path in paths if _read_only_root(declared, path) is None]


def check_writable(declared: Mapping[str, Declaration], paths: Sequence[str], why: str) -> None:
    """Checks that none of some paths is read-only.

    Args:
        declared: the declarations of the dataset.
        paths: of what is to be changed.
        why: what would change it, for people.

    Raises:
        ValueError: some are.
    """
    locked = sorted({root for path in paths if (root := _read_only_root(declared, path))})
    if locked:
        raise ValueError(
            f"fields {locked} are read-only, and {why}; make them writable first: field = "
            "dataset.get_field(name); field.read_only = False; field.save()"
        )


def _marked(declared: Mapping[str, Declaration], key: str) -> set[str]:
    return {path for path, field in declared.items() if marked_key(field.get("info"), path) == key}


def _unmarked_run(declared: Mapping[str, Declaration], key: str) -> set[str]:
    """The paths of a run whose fields lost their marks.

    They are taken for a run's only if all fields of the samples that some method writes are there,
    with their types, and then for all that methods write to labels too.
    """
    for name in METHODS:
        fields = {
            spec.path: spec
            for spec in RunFields(key, "", "", method_info(name)).specs()
            if "." not in spec.path
        }
        there = {path for path, spec in fields.items() if _has_type_of(spec, declared.get(path))}
        # Earlier versions wrote no expected errors.
        if there >= fields.keys() - {FieldNames(key).expected_errors}:
            lists = [
                path
                for path, field in declared.items()
                if field.get("embedded_doc_type") == "fiftyone.core.labels.Detection"
                and path.endswith(".detections")
            ]
            names = field_names(key)
            return there | {f"{path}.{name}" for path in lists for name in names}
    return set()


def _has_type_of(spec: FieldSpec, field: Declaration | None) -> bool:
    name = spec.arguments["ftype"].__name__
    return field is not None and str(field.get("ftype")).endswith(f".{name}")


def _read_only_root(declared: Mapping[str, Declaration], path: str) -> str | None:
    """The path itself or the parent that makes it read-only, None where it can be written."""
    parts = path.split(".")
    steps = (".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return next((step for step in steps if declared.get(step, {}).get("read_only")), None)


def field_names(key: str) -> list[str]:
    """Names of all fields and attributes that runs of any method under a key write."""
    paths = [path for name in METHODS for path in RunFields(key, "", "", method_info(name)).paths()]
    return list(dict.fromkeys(path.rpartition(".")[2] for path in paths))
