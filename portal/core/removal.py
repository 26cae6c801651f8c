"""Rows that go as one, with everything that hangs on them.

Foreign keys protect rows from being deleted by the way. Here the rows that refer to
what goes are gathered by the keys themselves, so that no table is forgotten that
comes later. What shall stay and only let go stands in ``LOOSENED``; what refers by a
plain id stands in ``FOLLOWERS``. Each app adds its own when it is ready.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, cast

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.db.models.fields.reverse_related import ForeignObjectRel

from portal.core import vault
from portal.core.models import StoredObject

BATCH = 500
Keys = dict[type[Model], set[Any]]

# "app.Model.field" to the rows that lose the reference and stay.
LOOSENED: dict[str, Q] = {}
# "app.Model" to the fields ("app.Model.field") in which others keep its id.
FOLLOWERS: dict[str, tuple[str, ...]] = {}


def gather(roots: Mapping[type[Model], Iterable[Any]]) -> Keys:
    """The keys of ``roots`` and of every row that hangs on them."""
    found: Keys = defaultdict(set)
    waiting = [(model, set(keys)) for model, keys in roots.items()]
    while waiting:
        model, keys = waiting.pop()
        new = keys - found[model]
        if new:
            found[model] |= new
            waiting += _hanging_on(model, new)
    return {model: keys for model, keys in found.items() if keys}


def _hanging_on(
    model: type[Model], keys: set[Any]
) -> Iterator[tuple[type[Model], set[Any]]]:
    for relation in _relations(model):
        field = relation.field
        stays = LOOSENED.get(_label(field.model, field.name))
        rows: QuerySet[Model] = QuerySet(field.model)
        rows = rows.exclude(stays) if stays else rows
        if stays != Q():
            yield field.model, _keys(rows, field.name, keys)
    for path in FOLLOWERS.get(model._meta.label, ()):
        other, name = _field(path)
        yield other, _keys(QuerySet(other), name, keys)


def held(model: type[Model], keys: set[Any], but: Keys) -> dict[Any, type[Model]]:
    """Which of ``keys`` other rows refer to, and a table of such rows.

    The rows in ``but`` do not count: they go together with them.
    """
    paths = [_field(path) for path in FOLLOWERS.get(model._meta.label, ())]
    paths += [(each.field.model, each.field.name) for each in _relations(model)]
    found: dict[Any, type[Model]] = {}
    for other, name in paths:
        going = but.get(other, set())
        for batch in _batches(keys):
            rows: QuerySet[Model] = QuerySet(other).filter(**{f"{name}__in": batch})
            for pk, key in rows.values_list("pk", name):
                if pk not in going:
                    found.setdefault(key, other)
    return found


def _relations(model: type[Model]) -> list[ForeignObjectRel]:
    """The foreign keys to the model, those of tables between two models too."""
    fields = model._meta.get_fields(include_hidden=True)
    return [
        field
        for field in fields
        if isinstance(field, ForeignObjectRel)
        and isinstance(field.field, ForeignKey)
        and not field.field.model._meta.proxy
    ]


def _keys(rows: QuerySet[Model], field: str, keys: set[Any]) -> set[Any]:
    return {
        key
        for batch in _batches(keys)
        for key in rows.filter(**{f"{field}__in": batch}).values_list("pk", flat=True)
    }


def _batches(keys: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(keys)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _label(model: type[Model], field: str) -> str:
    return f"{model._meta.label}.{field}"


def _field(path: str) -> tuple[type[Model], str]:
    label, _, name = path.rpartition(".")
    return apps.get_model(label), name


def objects_of(found: Keys) -> list[StoredObject]:
    """The stored objects that the gathered rows name."""
    ids = {
        object_id
        for model, keys in found.items()
        for field in model._meta.concrete_fields
        if field.related_model is StoredObject
        for batch in _batches(keys)
        for object_id in QuerySet(model)
        .filter(pk__in=batch)
        .values_list(field.attname, flat=True)
        if object_id is not None
    }
    return list(StoredObject.objects.filter(id__in=ids).order_by("id"))


def remove(found: Keys) -> int:
    """Delete the gathered rows and destroy their objects, keys first; how many rows.

    In the caller's transaction: all of it happens, or nothing. The keys of the
    database are looked at when it ends; what refers to a row that goes, and was
    written meanwhile, undoes the whole.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Rows that go as one go in one transaction.")
    for stored in objects_of(found):
        vault.erase(stored.id)
    for path, stays in LOOSENED.items():
        model, name = _field(path)
        target = cast("type[Model]", model._meta.get_field(name).related_model)
        for batch in _batches(found.get(target, ())):
            rows: QuerySet[Model] = QuerySet(model).filter(
                stays, **{f"{name}__in": batch}
            )
            rows.update(**{name: None})
    for model, keys in found.items():
        for batch in _batches(keys):
            chosen: QuerySet[Model] = QuerySet(model).filter(pk__in=batch)
            chosen._raw_delete(connection.alias)  # noqa: SLF001 – past PROTECT, which is the point
    return sum(map(len, found.values()))
