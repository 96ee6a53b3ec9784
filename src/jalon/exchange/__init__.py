"""Other systems' formats: REDCap projects in and out."""

from jalon.exchange.redcap import read_redcap
from jalon.exchange.redcap_dictionary import (
    read_redcap_dictionary,
    write_redcap_dictionary,
)
from jalon.exchange.redcap_field import Choice, RedcapField
from jalon.exchange.redcap_mapping import RedcapMapping, RowPlan, load_redcap_mapping
from jalon.exchange.redcap_template import describe_fields
from jalon.exchange.redcap_write import write_redcap

__all__ = [
    "Choice",
    "RedcapField",
    "RedcapMapping",
    "RowPlan",
    "describe_fields",
    "load_redcap_mapping",
    "read_redcap",
    "read_redcap_dictionary",
    "write_redcap",
    "write_redcap_dictionary",
]
