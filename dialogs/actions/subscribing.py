"""Notices by topic: following one, being spared it again, seeing them."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from dialogs.actions.world import World, effect, hush, say, turn_of
from dialogs.subscriptions import Followed

_LISTED = 9


class FollowTopic(Action):
    """Where it stays open which topic, the topics to choose from."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_follow_topic"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn, offered = turn_of(tracker), self._world.subscriptions.offered
        followed = await self._world.subscriptions.of(turn.conversation_id)
        topic = turn.entity("value")
        if topic not in offered:
            return _shown(dispatcher, tracker, offered, followed)
        new = topic not in followed.topics
        if new:
            effect(dispatcher, "follow_topic", topic=topic)
        told = "utter_topic_followed" if new else "utter_topic_known"
        say(dispatcher, "utter_topic_followed_but_stopped" if followed.stopped else told, about=topic)
        return []


class ShowTopics(Action):
    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_show_topics"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        followed = await self._world.subscriptions.of(turn_of(tracker).conversation_id)
        return _shown(dispatcher, tracker, self._world.subscriptions.offered, followed)


class UnfollowTopic(Action):
    """Where it stays open which of several, those to choose from; all, where all are meant."""

    def __init__(self, world: World) -> None:
        self._world = world

    def name(self) -> str:
        return "action_unfollow_topic"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        turn = turn_of(tracker)
        topics = (await self._world.subscriptions.of(turn.conversation_id)).topics
        named = turn.entity("value")
        if not topics or (named and named not in topics):
            say(dispatcher, "utter_topic_not_followed" if named else "utter_topic_none_followed", about=named)
        elif named or turn.entity("kind") == "all" or len(topics) == 1:
            effect(dispatcher, "unfollow_topic", topic=named)
            say(dispatcher, "utter_topic_left", topics=named or "、".join(topics))
        else:
            say(dispatcher, "utter_topic_to_leave", **_choices(topics, "unfollow_topic"))
            return hush(tracker)
        return []


def _shown(dispatcher: CollectingDispatcher, tracker: Tracker, offered: Sequence[str], followed: Followed) -> list[Any]:
    """What they follow, and what else there is to choose from."""
    more = [topic for topic in offered if topic not in followed.topics][:_LISTED]
    mine = "、".join(followed.topics)
    if not more:
        say(dispatcher, "utter_topics_own" if mine else "utter_topics_none", mine=mine)
        return []
    response = "utter_topics_own_and_more" if mine else "utter_topics"
    say(dispatcher, response, mine=mine, **_choices(more, "follow_topic"))
    return hush(tracker)


def _choices(topics: Sequence[str], intent: str) -> dict[str, Any]:
    listed = topics[:_LISTED]
    lines = "\n".join(f"{n} {topic}" for n, topic in enumerate(listed, 1))
    return {"topics": lines, "buttons": [(topic, f'/{intent}{{"value": "{topic}"}}') for topic in listed]}


def topic_actions(world: World) -> list[Action]:
    """All of them."""
    return [FollowTopic(world), ShowTopics(world), UnfollowTopic(world)]
