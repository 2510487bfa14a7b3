//! The control plane's clock: wall time in milliseconds, as rows and answers carry it.

use crate::model::time::Millis;

/// The present moment.
pub fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}
