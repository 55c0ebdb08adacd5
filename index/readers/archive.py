"""ZIP archives (.docx and .epub are such) that may be made to exhaust whoever unpacks them."""

import io
import zipfile

from index.readers.document import Unreadable

MAX_UNPACKED = 200_000_000
MAX_FILES = 10_000


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open an archive whose files, unpacked, are not too many and not too large.

    The sizes checked are those of the archive's own list, which `zipfile` never reads beyond.

    Raises: Unreadable.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("is damaged: its archive cannot be opened; save it again in its program") from error
    size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_UNPACKED or len(archive.infolist()) > MAX_FILES:
        raise Unreadable(
            f"unpacks to {size / 1e6:.0f} MB in {len(archive.infolist())} files, "
            f"more than the {MAX_UNPACKED // 1_000_000} MB in {MAX_FILES} files that are read; split it"
        )
    if any(entry.flag_bits & 1 for entry in archive.infolist()):
        raise Unreadable("is protected by a password; save it without one")
    return archive
