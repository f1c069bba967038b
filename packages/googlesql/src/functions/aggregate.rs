//! Aggregate, approximate, statistical, numbering and navigation functions

pub const TABLE: &str = r"
aggregate COUNT(ANY) INT64 = %{count($0)}
aggregate SUM(INT64) INT64 = CAST(%{sum($0)} AS BIGINT)
aggregate SUM(FLOAT64) FLOAT64 = %{sum($0)}
aggregate SUM(NUMERIC) NUMERIC = CAST(%{sum($0)} AS DECIMAL(38, 9))
aggregate AVG(INT64) FLOAT64 = %{avg($0)}
aggregate AVG(FLOAT64) FLOAT64 = %{avg($0)}
aggregate AVG(NUMERIC) NUMERIC = gs_numeric_divide(CAST(%{sum($0)} AS DECIMAL(38, 9)), CAST(%{count($0)} AS DECIMAL(38, 9)))
aggregate MIN(FLOAT64) FLOAT64 = CASE WHEN %{bool_or(isnan($0))} THEN CAST('nan' AS DOUBLE) ELSE %{min($0)} END
aggregate MIN(T) T = %{min($0)}
aggregate MAX(T) T = %{max($0)}
aggregate ANY_VALUE(T) T = %{any_value($0)}
aggregate LOGICAL_AND(BOOL) BOOL = %{bool_and($0)}
aggregate LOGICAL_OR(BOOL) BOOL = %{bool_or($0)}
aggregate BIT_AND(INT64) INT64 = %{bit_and($0)}
aggregate BIT_OR(INT64) INT64 = %{bit_or($0)}
aggregate BIT_XOR(INT64) INT64 = %{bit_xor($0)}
aggregate CORR(FLOAT64, FLOAT64) FLOAT64 = CASE WHEN %{regr_count($0, $1)} >= 2 THEN %{corr($0, $1)} END
aggregate COVAR_POP(FLOAT64, FLOAT64) FLOAT64 = %{covar_pop($0, $1)}
aggregate COVAR_SAMP(FLOAT64, FLOAT64) FLOAT64 = %{covar_samp($0, $1)}
aggregate STDDEV(FLOAT64) FLOAT64 = %{stddev_samp($0)}
aggregate STDDEV_SAMP(FLOAT64) FLOAT64 = %{stddev_samp($0)}
aggregate STDDEV_POP(FLOAT64) FLOAT64 = %{stddev_pop($0)}
aggregate VARIANCE(FLOAT64) FLOAT64 = %{var_samp($0)}
aggregate VAR_SAMP(FLOAT64) FLOAT64 = %{var_samp($0)}
aggregate VAR_POP(FLOAT64) FLOAT64 = %{var_pop($0)}
aggregate MAX_BY(T, U) T = %{arg_max($0, $1)}
aggregate MIN_BY(T, U) T = %{arg_min($0, $1)}
special COUNTIF
special ARRAY_AGG
special ARRAY_CONCAT_AGG
special STRING_AGG
special APPROX_COUNT_DISTINCT
special GROUPING
special APPROX_QUANTILES
refuse APPROX_TOP_COUNT = its answer depends on BigQuery's sketch
refuse APPROX_TOP_SUM = its answer depends on BigQuery's sketch
window ROW_NUMBER() INT64 = %{row_number()}
window RANK() INT64 = %{rank()}
window DENSE_RANK() INT64 = %{dense_rank()}
window PERCENT_RANK() FLOAT64 = %{percent_rank()}
window CUME_DIST() FLOAT64 = %{cume_dist()}
window NTILE(INT64) INT64 = %{ntile($0)}
window FIRST_VALUE(T) T = %{first_value($0)}
window LAST_VALUE(T) T = %{last_value($0)}
window NTH_VALUE(T, INT64) T = %{nth_value($0, $1)}
window LAG(T) T = %{lag($0)}
window LAG(T, INT64) T = %{lag($0, $1)}
window LAG(T, INT64, T) T = %{lag($0, $1, $2)}
window LEAD(T) T = %{lead($0)}
window LEAD(T, INT64) T = %{lead($0, $1)}
window LEAD(T, INT64, T) T = %{lead($0, $1, $2)}
aggregate PERCENTILE_CONT(FLOAT64, FLOAT64) FLOAT64 = %{quantile_cont($0, $1)}
aggregate PERCENTILE_CONT(NUMERIC, NUMERIC) NUMERIC = !PERCENTILE_CONT of NUMERIC
aggregate PERCENTILE_DISC(T, FLOAT64) T = %{quantile_disc($0, $1)}
";
