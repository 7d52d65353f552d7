"""A case out of a conversation: what the form is filled with, as the bot would have filed it."""

from collections.abc import Mapping, Sequence

from bot.console.conversations import shown
from bot.console.conversations.restoring import only_mobile
from bot.console.counter.form import Given, Read, read_out
from dialogs.explaining import explain
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.categories import Categories
from storage.records import Conversation

LONGEST_CONTENT, LONGEST_TITLE, LONGEST_PLACE = 5_000, 60, 200


def proposed(
    conversation: Conversation, heard: Sequence[str], categories: Categories, *, key: str
) -> Mapping[str, str]:
    """What the resident said, as far as the bot understood it; else their words as they are.

    A title is proposed where the bot was told a matter: of talk it would be a greeting. An accusation's names nobody.
    """
    slots, said = explain(conversation.state).slots, "\n".join(heard)

    def slot(*names: str) -> str:
        return next((found for name in names if isinstance(found := slots.get(name), str) and found), "")

    phone = conversation.address.sender if conversation.address.channel == shown.SMS else ""
    matter, content = slot("petition_matter"), lines_of(slot("petition_matter") or said)[:LONGEST_CONTENT]
    form = {
        "content": content,
        "place": lines_of(slot("petition_place"))[:LONGEST_PLACE],
        "title": lines_of(slot("petition_title"))[:LONGEST_TITLE],
        "type": slot("petition_type"),
        "category": slot("petition_category"),
        "accusation": "on" if accuses_an_official(content) else "",
    }
    read = read_of(form, categories)
    form |= {"type": read.type, "category": "" if form["accusation"] else read.category}
    if matter and not form["accusation"]:
        form["title"] = read.title[:LONGEST_TITLE]
    return form | {
        "name": slot("petition_name", "known_name"),
        "phone": slot("petition_phone", "known_phone") or phone or only_mobile(said),
        "key": key,
    }


def read_of(form: Mapping[str, str], categories: Categories) -> Read:
    """What is filed of what a form holds: what it leaves open is read in the words."""
    given = Given(
        key="",
        content=form["content"],
        title=form["title"],
        place=form["place"],
        type=form["type"],
        category=form["category"],
        accusation=form["accusation"] == "on",
    )
    return read_out(given, categories)


def lines_of(text: str) -> str:
    """``text`` as it comes back from a form."""
    return text.replace("\r\n", "\n").strip()
