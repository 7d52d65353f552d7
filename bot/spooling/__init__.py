"""MongoDB away: what arrives waits on this machine's disk, and nobody is overtaken (docs/decisions/0027)."""
