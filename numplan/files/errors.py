"""What is wrong with a file, to be said after its name."""


class FileError(Exception):
    """A file cannot be used; the message goes on after the file's name: `is a folder`."""


def reason(failure: Exception) -> str:
    """Why something could not be opened or read, as the operating system says it."""
    if isinstance(failure, OSError) and failure.strerror:
        return failure.strerror.lower()
    return str(failure) or type(failure).__name__
