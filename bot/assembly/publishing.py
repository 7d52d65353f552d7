"""Publications and bookings over the parts of a process."""

from bot.publishing.desk import ReceptionDesk
from bot.publishing.office import PublicationOffice
from bot.publishing.reminding import Reminders
from bot.publishing.telling import Teller
from bot.services import Services


def teller_of(services: Services) -> Teller:
    return Teller(store=services.store, channels=services.channels)


def make_publication_office(services: Services) -> PublicationOffice:
    return PublicationOffice(
        store=services.store, teller=teller_of(services), clock=services.clock, kick=services.queue.kick
    )


def make_reception_desk(services: Services) -> ReceptionDesk:
    return ReceptionDesk(
        store=services.store, teller=teller_of(services), clock=services.clock, kick=services.queue.kick
    )


def make_reminders(services: Services) -> Reminders:
    """What a worker runs."""
    return Reminders(store=services.store, teller=teller_of(services), clock=services.clock, kick=services.queue.kick)
