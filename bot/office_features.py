"""Features of the console that stand by themselves, over the parts of a web process."""

from collections.abc import Sequence

from bot.assembly.publishing import make_publication_office, make_reception_desk
from bot.casework.by_hand import Texting
from bot.category_names import category_names
from bot.console.answers import AnswerParts, answers_feature
from bot.console.counter import CounterParts, counter_feature
from bot.console.digest import DigestParts, digest_feature
from bot.console.persons import PersonParts, persons_feature
from bot.console.publications import PublicationParts, publications_feature
from bot.console.routes import Feature
from bot.console.wording import WordingParts, wording_feature
from bot.editing.desk import EditDesk
from bot.media.making import limits_of
from bot.services import Services
from dialogs.files import DialogFiles
from dialogs.nlu.categories import Categories
from storage.figures import Figures


def further_features(services: Services) -> Sequence[Feature]:
    """Answers and wording, whose edits every process takes over by itself; the digest; the rights of persons."""
    store, clock = services.store, services.clock
    desk = EditDesk(store=store, layer=services.layer, clock=clock, look=services.dialog.look_now)
    answers = AnswerParts(store=store, desk=desk, understanding=services.understanding, clock=clock)
    office = services.settings.office.name
    kept = services.settings.retention
    periods = {
        "离开账号、没有诉求的人的来往消息": kept.left_days,
        "长期没有来信、没有在办诉求的人的来往消息": kept.talk_days,
        "已办结诉求的来信人信息、附件和通知": kept.case_days,
        "领导接待日的预约人信息": kept.booking_days,
    }
    digest = DigestParts(store=store, figures=Figures(store.database), clock=clock, office=office)
    return (
        answers_feature(answers),
        wording_feature(WordingParts(store=store, desk=desk)),
        digest_feature(digest),
        persons_feature(PersonParts(store=store, clock=clock, periods=periods)),
        publications_feature(_publications(services)),
        counter_feature(_counter(services)),
    )


def _counter(services: Services) -> CounterParts:
    files = DialogFiles(folder=services.settings.dialog.files)
    return CounterParts(
        store=services.store,
        casework=services.casework,
        texting=Texting(store=services.store, channels=services.channels, clock=services.clock),
        clock=services.clock,
        categories=category_names(files.categories),
        knows=lambda: Categories.load(files.categories, services.understanding),
        limits=limits_of(services.settings.attachments),
    )


def _publications(services: Services) -> PublicationParts:
    return PublicationParts(
        store=services.store,
        office=make_publication_office(services),
        desk=make_reception_desk(services),
        clock=services.clock,
        public_url=services.settings.http.public_url.rstrip("/"),
    )
