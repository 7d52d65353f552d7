"""What is counted. One registry a process, made here and handed on; ``/metrics`` prints it."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_TURN = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.5, 10.0, 30.0)
_WAIT = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.5)


class Metrics:
    """All counters, gauges and histograms of one process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._count_traffic(self.registry)
        self._count_work(self.registry)
        self._count_understanding(self.registry)

    def _count_traffic(self, registry: CollectorRegistry) -> None:
        self.webhooks = Counter(
            "petition_webhook_calls",
            "Calls of platforms by what became of them: answered, not_kept, broke, or why refused",
            ("channel", "outcome"),
            registry=registry,
        )
        self.send_attempts = Counter(
            "petition_send_attempts",
            "Tries to deliver by way and outcome (sent, or the error's code)",
            ("channel", "via", "outcome"),
            registry=registry,
        )

    def _count_work(self, registry: CollectorRegistry) -> None:
        self.turn_seconds = Histogram(
            "petition_turn_seconds", "One turn, from hearing to commit", buckets=_TURN, registry=registry
        )
        self.lease_wait_seconds = Histogram(
            "petition_lease_wait_seconds",
            "Waiting for a person's earlier turn",
            buckets=_WAIT,
            registry=registry,
        )
        self.queue_depth = Gauge(
            "petition_queue_depth",
            "What waits in MongoDB: messages to be heard (inbox), to be sent (outbox), given up (dead)",
            ("queue",),
            registry=registry,
        )
        self.spool_arrivals = Gauge(
            "petition_spool_arrivals", "What waits on this machine's disk for MongoDB", registry=registry
        )
        self.spool_bytes = Gauge("petition_spool_bytes", "How large that is", registry=registry)
        self.spooled = Counter(
            "petition_spooled_calls",
            "Calls that went through the spool by what became of them: kept, or why not (spool_full, spool_shut)",
            ("outcome",),
            registry=registry,
        )
        self.spool_set_aside = Counter(
            "petition_spool_set_aside", "Batches of the spool that could not be read or stored", registry=registry
        )
        self.dialog_fallbacks = Counter(
            "petition_dialog_fallbacks",
            "Messages that a Rasa server did not answer and the embedded engine did, by reason",
            ("reason",),
            registry=registry,
        )
        self.dialog_reloads = Counter(
            "petition_dialog_reloads",
            "Edits of the dialog files by what became of them: swapped, or refused",
            ("outcome",),
            registry=registry,
        )

    def _count_understanding(self, registry: CollectorRegistry) -> None:
        self.judgments = Counter(
            "petition_intent_judgments",
            "Messages whose intent a trained model judged, by the tier that decided (light, embeddings) and whether "
            "they were in scope; the rest of the turns were decided by buttons and patterns",
            ("by", "in_scope"),
            registry=registry,
        )
        self.embedding_seconds = Histogram(
            "petition_embedding_seconds",
            "One call for embeddings, with waiting; those from memory included",
            ("role",),
            buckets=_WAIT,
            registry=registry,
        )
        self.embedding_failures = Counter(
            "petition_embedding_failures",
            "Calls for embeddings without an answer, by reason",
            ("reason",),
            registry=registry,
        )

    def exposition(self) -> bytes:
        """The page that Prometheus reads (``CONTENT_TYPE``)."""
        return generate_latest(self.registry)
