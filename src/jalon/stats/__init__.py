"""Statistics on arrays: pure functions that never see a patient's row.

Every public name of every family can be imported from here; each family lists its own.
"""

from jalon.stats import (
    association as _association,
)
from jalon.stats import (
    comparison as _comparison,
)
from jalon.stats import (
    competing as _competing,
)
from jalon.stats import (
    meta as _meta,
)
from jalon.stats import (
    missing as _missing,
)
from jalon.stats import (
    multistate as _multistate,
)
from jalon.stats import (
    prediction as _prediction,
)
from jalon.stats import (
    propensity as _propensity,
)
from jalon.stats import (
    regression as _regression,
)
from jalon.stats import (
    survival as _survival,
)
from jalon.stats.association import *  # noqa: F403
from jalon.stats.comparison import *  # noqa: F403
from jalon.stats.competing import *  # noqa: F403
from jalon.stats.concordance import (
    Concordance,
    ConcordanceDifference,
    compare_concordance,
    concordance,
    concordance_value,
    hold_competing,
)
from jalon.stats.concordance_null import concordance_null_variance
from jalon.stats.description import Description, describe
from jalon.stats.meta import *  # noqa: F403
from jalon.stats.missing import *  # noqa: F403
from jalon.stats.multistate import *  # noqa: F403
from jalon.stats.prediction import *  # noqa: F403
from jalon.stats.propensity import *  # noqa: F403
from jalon.stats.regression import *  # noqa: F403
from jalon.stats.survival import *  # noqa: F403

__all__ = [
    "Concordance",
    "ConcordanceDifference",
    "Description",
    "compare_concordance",
    "concordance",
    "concordance_null_variance",
    "concordance_value",
    "describe",
    "hold_competing",
]
__all__ += _association.__all__
__all__ += _comparison.__all__
__all__ += _competing.__all__
__all__ += _meta.__all__
__all__ += _missing.__all__
__all__ += _multistate.__all__
__all__ += _prediction.__all__
__all__ += _propensity.__all__
__all__ += _regression.__all__
__all__ += _survival.__all__
__all__.sort()
