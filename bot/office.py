"""Where the console is put together: the members, the doors, and every feature with what it works on."""

from collections.abc import Sequence

from aiohttp import web

from bot.access.members import Members
from bot.access.passwords import Passwords
from bot.access.signing_in import SigningIn
from bot.access.staff_import import StaffImport
from bot.assembly.broadcasts import make_office
from bot.assembly.clocks import book_of, setter_of
from bot.casework.attending import Attending
from bot.casework.merging import Merging
from bot.casework.proposals import Proposals
from bot.casework.staffwork import StaffWork
from bot.casework.visits import Visits
from bot.category_names import category_names
from bot.clocks.rule_office import RuleOffice
from bot.console.aftercare import AftercareParts, aftercare_feature
from bot.console.app import ConsoleParts, make_console
from bot.console.cases import CaseParts, cases_feature
from bot.console.conversations import ConversationParts, Live, conversations_feature
from bot.console.conversations.canned import canned_replies
from bot.console.figures import figures_feature
from bot.console.merging import MergeParts, merging_feature
from bot.console.notices import NoticeParts, notices_feature
from bot.console.people import people_feature
from bot.console.routes import Feature
from bot.console.rules import RuleParts, rules_feature
from bot.editing.desk import EditDesk
from bot.editing.places import PlaceOffice
from bot.media.making import limits_of
from bot.office_features import further_features
from bot.public import PublicParts, make_public_pages
from bot.resident import ResidentParts, make_resident_pages
from bot.services import Services
from dialogs.files import DialogFiles
from dialogs.nlu.categories import Categories
from storage.figures import Figures


def console_of(services: Services) -> web.Application:
    """The console over the parts of a web process."""
    store, clock, passwords = services.store, services.clock, Passwords()
    members = Members(store=store, passwords=passwords, clock=clock)
    live = Live(store=store, clock=clock)
    features = (*_features(services, members, passwords), _conversations(services, live), *further_features(services))
    console = make_console(
        ConsoleParts(
            store=store,
            signing_in=SigningIn(store=store, passwords=passwords, clock=clock),
            clock=clock,
            office=services.settings.office.name,
            public_url=services.settings.http.public_url,
            features=features,
        )
    )
    console.on_shutdown.append(live.close)
    return console


def resident_pages_of(services: Services) -> web.Application:
    """The residents' pages over the parts of a web process."""
    return make_resident_pages(
        ResidentParts(
            store=services.store,
            links=services.links,
            clock=services.clock,
            office=services.settings.office.name,
            kick=services.queue.kick,
        )
    )


def public_pages_of(services: Services) -> web.Application:
    """What everybody may read, over the parts of a web process."""
    return make_public_pages(
        PublicParts(store=services.store, clock=services.clock, office=services.settings.office.name)
    )


def _features(services: Services, members: Members, passwords: Passwords) -> Sequence[Feature]:
    clocks = setter_of(services.store)
    staffwork = StaffWork(
        store=services.store, clock=services.clock, clocks=clocks, kick=services.queue.kick, links=services.links
    )
    cases = CaseParts(
        store=services.store,
        casework=services.casework,
        staffwork=staffwork,
        clock=services.clock,
        categories=category_names(DialogFiles(folder=services.settings.dialog.files).categories),
        proposals=_proposals(services),
        limits=limits_of(services.settings.attachments),
    )
    taken = frozenset(services.settings.api.tokens)
    importing = StaffImport(store=services.store, passwords=passwords, clock=services.clock)
    places = PlaceOffice(
        store=services.store, base=services.layer.base, clock=services.clock, look=services.dialog.look_now
    )
    people = people_feature(
        store=services.store,
        members=members,
        importing=importing,
        places=places,
        clock=services.clock,
        taken=taken,
    )
    figures = figures_feature(
        store=services.store,
        figures=Figures(services.store.database),
        clock=services.clock,
        subjects=_edits(services).subjects,
    )
    notices = NoticeParts(
        store=services.store,
        office=make_office(services),
        clock=services.clock,
        categories=cases.categories,
        sms_fen=services.settings.broadcasts.sms_fen,
    )
    of_cases = (cases_feature(cases), *_with_cases(services, cases), _rules(services, cases))
    return (*of_cases, notices_feature(notices), figures, people)


def _edits(services: Services) -> EditDesk:
    return EditDesk(store=services.store, layer=services.layer, clock=services.clock, look=services.dialog.look_now)


def _proposals(services: Services) -> Proposals:
    desk = _edits(services)
    understanding = services.understanding
    return Proposals(answers=desk.answers, embedder=lambda: understanding.embedder, clock=services.clock)


def _with_cases(services: Services, cases: CaseParts) -> Sequence[Feature]:
    """What is done with cases besides: visits after their end, merging."""
    store, clock, kick, links = services.store, services.clock, services.queue.kick, services.links
    office = services.settings.office.name
    visits = Visits(store=store, clock=clock, office=office, kick=kick, links=links)
    merging = Merging(store=store, clock=clock, office=office, kick=kick, links=links)
    return (
        aftercare_feature(AftercareParts(cases=cases, visits=visits)),
        merging_feature(MergeParts(cases=cases, merging=merging)),
    )


def _rules(services: Services, cases: CaseParts) -> Feature:
    setter, book = setter_of(services.store), book_of(services.store)
    office = RuleOffice(store=services.store, setter=setter, book=book, clock=services.clock)
    return rules_feature(RuleParts(store=services.store, office=office, categories=cases.categories))


def _conversations(services: Services, live: Live) -> Feature:
    files = DialogFiles(folder=services.settings.dialog.files)
    return conversations_feature(
        ConversationParts(
            store=services.store,
            attending=Attending(
                store=services.store, channels=services.channels, clock=services.clock, kick=services.queue.kick
            ),
            casework=services.casework,
            live=live,
            clock=services.clock,
            channels=frozenset(name for name, _ in services.channels),
            categories=category_names(files.categories),
            canned=canned_replies(files.folder),
            knows=lambda: Categories.load(files.categories, services.understanding),
        )
    )
