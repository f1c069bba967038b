//! Interval functions

pub const TABLE: &str = r"
special MAKE_INTERVAL([INT64], [INT64], [INT64], [INT64], [INT64], [INT64], [year => INT64], [month => INT64], [day => INT64], [hour => INT64], [minute => INT64], [second => INT64]) INTERVAL
JUSTIFY_DAYS(INTERVAL) INTERVAL = gs_justify_days($0)
JUSTIFY_HOURS(INTERVAL) INTERVAL = gs_justify_hours($0)
JUSTIFY_INTERVAL(INTERVAL) INTERVAL = gs_justify_interval($0)
";
