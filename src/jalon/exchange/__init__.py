"""Other systems' formats: REDCap projects in and out."""

from jalon.exchange.redcap import read_redcap
from jalon.exchange.redcap_access import RedcapAccess, open_access
from jalon.exchange.redcap_api import Download, download_redcap, fetch_redcap
from jalon.exchange.redcap_check import check_redcap, find_fields
from jalon.exchange.redcap_dictionary import (
    read_redcap_dictionary,
    write_redcap_dictionary,
)
from jalon.exchange.redcap_field import Choice, RedcapField
from jalon.exchange.redcap_mapping import (
    RedcapMapping,
    RowPlan,
    hash_reading,
    load_redcap_mapping,
)
from jalon.exchange.redcap_template import describe_fields
from jalon.exchange.redcap_write import write_redcap

__all__ = [
    "Choice",
    "Download",
    "RedcapAccess",
    "RedcapField",
    "RedcapMapping",
    "RowPlan",
    "check_redcap",
    "describe_fields",
    "download_redcap",
    "fetch_redcap",
    "find_fields",
    "hash_reading",
    "load_redcap_mapping",
    "open_access",
    "read_redcap",
    "read_redcap_dictionary",
    "write_redcap",
    "write_redcap_dictionary",
]
