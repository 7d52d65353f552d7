"""Which master key this deployment's settings name."""

from bot.settings import Settings
from storage.master_key import KeyFile, KmsKey, MasterKey


def master_key(settings: Settings) -> MasterKey:
    """A key in a KMS where one is set, else a file: the one set, or the data folder's own."""
    if settings.keys.kms_uri is not None:
        return KmsKey(settings.keys.kms_uri)
    return KeyFile(settings.keys.master_key_file or settings.storage.data_dir / "keys" / "master.key")
