"""Other systems' formats: REDCap projects in and out."""

from jalon.exchange.redcap_dictionary import (
    read_redcap_dictionary,
    write_redcap_dictionary,
)
from jalon.exchange.redcap_field import Choice, RedcapField
from jalon.exchange.redcap_template import describe_fields

__all__ = [
    "Choice",
    "RedcapField",
    "describe_fields",
    "read_redcap_dictionary",
    "write_redcap_dictionary",
]
