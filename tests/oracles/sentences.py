"""What an error says, to be compared word by word."""

import pytest


def sentence(error, act):
    """What is said."""
    with pytest.raises(error) as caught:
        act()
    return str(caught.value)
