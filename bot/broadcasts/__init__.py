"""Notices to many: whom they reach, who lets them pass, and sending them to each exactly once."""
