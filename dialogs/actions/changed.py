"""A frozen value with some of its fields changed, at the price of one copy.

``dataclasses.replace`` makes the value anew with one call for each field; of a draft, which has thirty and changes half
a dozen times in a turn, that was a tenth of what a turn cost. Draft, Heard and Turn therefore have no slots: their
fields are copied all at once.
"""

from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["replace"]

if TYPE_CHECKING:
    from dataclasses import replace  # the checker knows by it which fields there are
else:
    _Value = TypeVar("_Value")

    def replace(value: _Value, /, **changes: Any) -> _Value:
        """``value``, a dataclass without slots and without ``__post_init__``, with ``changes``.

        Raises:
            TypeError: it has no such field.
        """
        made = object.__new__(type(value))
        fields = made.__dict__
        fields.update(value.__dict__)
        known = len(fields)
        fields.update(changes)
        if len(fields) != known:
            raise TypeError(f"{type(value).__name__} has not all of {', '.join(changes)}")
        return made
