"""Leases: which process does what only one may do. By the server's clock, for those of machines differ."""

from collections.abc import Mapping, Sequence

from storage.driver import Database
from storage.errors import AlreadyThere

LEASES = "leases"


class Leases:
    """Names, each held by at most one owner at a time."""

    def __init__(self, database: Database) -> None:
        self._leases = database[LEASES]

    async def hold(self, name: str, owner: str, *, seconds: float, note: str = "") -> bool:
        """Take ``name`` for ``seconds`` from now, or keep it for as long; False: it is another's.

        ``note``: what the owner says of its work, for ``noted``.

        Raises:
            StorageError: perhaps held.
        """
        mine = {"$eq": ["$owner", {"$literal": owner}]}
        over = {"$lte": [{"$ifNull": ["$until", "$$NOW"]}, "$$NOW"]}
        may = {"$or": [mine, over]}
        until = {"$add": ["$$NOW", int(seconds * 1000)]}
        taken = {
            "owner": {"$cond": [may, {"$literal": owner}, "$owner"]},
            "until": {"$cond": [may, until, "$until"]},
            "note": {"$cond": [may, {"$literal": note}, "$note"]},
        }
        try:
            found = await self._leases.find_one_and_update({"_id": name}, [{"$set": taken}], upsert=True)
        except AlreadyThere:  # somebody else began it at the same moment
            return False
        return found is not None and found["owner"] == owner

    async def noted(self, names: Sequence[str]) -> Mapping[str, str]:
        """Give what the owners of ``names`` said last; who has no owner at the moment is not there."""
        held = {"_id": {"$in": list(names)}, "$expr": {"$gt": ["$until", "$$NOW"]}}
        found = await self._leases.find(held, limit=max(1, len(names)))
        return {str(each["_id"]): str(each.get("note") or "") for each in found}

    async def release(self, name: str, owner: str) -> None:
        """Give ``name`` back, if it is still the owner's."""
        await self._leases.update_one({"_id": name, "owner": owner}, [{"$set": {"until": "$$NOW"}}])
