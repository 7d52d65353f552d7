"""What is started once for all journeys is started once: they run in one worker."""

import pytest


def test_the_journeys_keep_together(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("they are not spread over workers")
    assert request.node.nodeid.endswith("@journeys")
