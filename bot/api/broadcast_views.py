"""Broadcasts and their recipients as the API says them."""

from datetime import datetime, timedelta

from bot import masking
from bot.api.schemas import broadcasts as schemas
from bot.broadcasts.people import Tally
from bot.broadcasts.sending import reason_said
from bot.broadcasts.words import SMS
from storage.broadcast_records import Broadcast, BroadcastState, Counts, Recipient


def eta_of(broadcast: Broadcast, counts: Counts, now: datetime) -> datetime | None:
    """When it would be over at the rate of late; None: it is not under way, or nobody knows."""
    if broadcast.state is not BroadcastState.RUNNING or broadcast.rate <= 0 or broadcast.prepared_at is None:
        return None
    return now + timedelta(seconds=round(counts.queued / broadcast.rate))


def broadcast_out(broadcast: Broadcast, counts: Counts, now: datetime) -> schemas.Broadcast:
    segment = broadcast.segment
    return schemas.Broadcast(
        id=broadcast.id,
        state=broadcast.state.value,
        title=broadcast.title,
        text=broadcast.text,
        channels=broadcast.channels,
        segment=schemas.SegmentOut(
            district=segment.district,
            tag=segment.tag,
            category=segment.category,
            topic=segment.topic,
            all=segment.everybody,
            list=segment.listed,
        ),
        author=broadcast.author_name,
        approver=broadcast.approver_name,
        created_at=broadcast.created_at,
        send_at=broadcast.send_at,
        approved_at=broadcast.approved_at,
        started_at=broadcast.started_at,
        finished_at=broadcast.finished_at,
        held_until=broadcast.held_until,
        reason=broadcast.reason,
        counts=schemas.Counts(
            total=counts.total,
            excluded=counts.excluded,
            queued=counts.queued,
            sent=counts.sent,
            delivered=counts.delivered,
            failed=counts.failed,
        ),
        rate=broadcast.rate,
        eta=eta_of(broadcast, counts, now),
    )


def trial_out(tally: Tally) -> schemas.Trial:
    left = [
        schemas.Left(channel=channel, reason=reason, sentence=reason_said(reason), count=count)
        for (channel, reason), count in sorted(tally.excluded.items())
    ]
    return schemas.Trial(to_send=dict(tally.to_send), by_mass=dict(tally.by_mass), excluded=tuple(left))


def recipient_out(recipient: Recipient) -> schemas.Recipient:
    address = recipient.address
    return schemas.Recipient(
        id=recipient.id,
        channel=address.channel,
        account=address.account,
        conversation_id=recipient.conversation_id,
        phone=masking.phone(address.sender) if address.channel == SMS else "",
        state=recipient.state.value,
        reason=recipient.reason,
        sentence=reason_said(recipient.reason) if recipient.reason else "",
        via=recipient.via.value if recipient.via else None,
        sent_at=recipient.sent_at,
        reported_at=recipient.reported_at,
        doubtful=recipient.doubtful,
    )
