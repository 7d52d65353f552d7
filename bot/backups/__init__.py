"""Backups as an administrator makes them: where the database is, where the file goes, who must stand aside."""
