"""What the driver's errors mean to us."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidOperation,
    PyMongoError,
    WriteConcernError,
)

from storage.errors import AlreadyThere, StorageAway, StorageError, WrongAddress

_DUPLICATE_KEY = 11000


def is_transient(error: BaseException) -> bool:
    """Tell whether the same transaction, begun anew, may succeed."""
    cause = error.__cause__ if isinstance(error, StorageError) else error
    return isinstance(cause, PyMongoError) and cause.has_error_label("TransientTransactionError")


def duplicates(error: BulkWriteError) -> set[int]:
    """Give the indexes of the inserts whose keys exist; raise where anything else went wrong."""
    failed = error.details["writeErrors"]
    if error.details["writeConcernErrors"] or any(each["code"] != _DUPLICATE_KEY for each in failed):
        raise error
    return {int(each["index"]) for each in failed}


@contextmanager
def wrong_address() -> Iterator[None]:
    """Turn what a URI that cannot be read raises into WrongAddress."""
    try:
        yield
    except (PyMongoError, ValueError) as error:
        # The error's own words may hold the password: its kind must do.
        raise WrongAddress(type(error).__name__) from None


@contextmanager
def mapped(place: str) -> Iterator[None]:
    """Turn the driver's errors into ours; ``place`` names the collection for the log.

    A cancellation that comes together with the answer is lost in Python 3.11's ``asyncio.wait_for``, by which PyMongo
    waits: whoever cancelled would wait for ever for a task that goes on. Here it is found again.
    """
    cancelled = cancellations()
    try:
        yield
    except PyMongoError as error:
        raise _ours(error, place) from error
    if cancellations() > cancelled:
        raise asyncio.CancelledError


def cancellations() -> int:
    """How often the task that runs was told to end; 0 where none runs."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # outside any loop
        return 0
    return 0 if task is None else task.cancelling()


def _ours(error: PyMongoError, place: str) -> StorageError:
    if isinstance(error, DuplicateKeyError):
        return AlreadyThere(place)
    if isinstance(error, BulkWriteError):
        return _ours_of_bulk(error, place)
    name = f"{place}: {type(error).__name__}"
    if isinstance(error, ConfigurationError | InvalidOperation):
        return StorageError(name)
    if _is_away(error):
        return StorageAway(name)
    return StorageError(f"{name} {getattr(error, 'code', None)}")


def _is_away(error: PyMongoError) -> bool:
    labels = ("TransientTransactionError", "UnknownTransactionCommitResult")
    return (
        error.timeout
        or isinstance(error, AutoReconnect | ConnectionFailure | WriteConcernError)
        or any(map(error.has_error_label, labels))
    )


def _ours_of_bulk(error: BulkWriteError, place: str) -> StorageError:
    codes = {each["code"] for each in error.details["writeErrors"]}
    if error.details["writeConcernErrors"]:
        return StorageAway(f"{place}: write concern")
    return AlreadyThere(place) if codes == {_DUPLICATE_KEY} else StorageError(f"{place}: bulk {sorted(codes)}")
