"""Deliveries: the outbox entry in MongoDB is the truth; the job engine carries ids and the clock."""
