"""Where the blocks of Python of a page stand."""

import re

FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*\{?\.?(?:python|py)\w*\b(?P<options>.*)\n"
    r"(?P<code>(?:.*\n)*?)(?P=indent)(?P=marks)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
