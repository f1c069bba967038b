//! Aggregate, approximate, statistical, numbering and navigation functions

pub const TABLE: &str = r"
aggregate COUNT(ANY) INT64 = %{count($0)}
aggregate SUM(INT64) INT64 = CAST(%{sum($0)} AS BIGINT)
aggregate SUM(FLOAT64) FLOAT64 = CASE WHEN isinf(%{sum($0)}) AND NOT %{bool_or(isinf($0))} THEN error('FLOAT64 overflow') ELSE %{sum($0)} END
aggregate SUM(NUMERIC) NUMERIC = gs_numeric_in_range(CAST(%{sum($0)} AS DECIMAL(38, 9)))
aggregate SUM(BIGNUMERIC) BIGNUMERIC = gs_bignumeric_checked(%{sum($0)})
aggregate SUM(INTERVAL) INTERVAL = gs_interval_sum(%{list($0)})
aggregate AVG(INT64) FLOAT64 = %{avg($0)}
aggregate AVG(FLOAT64) FLOAT64 = CASE WHEN isinf(%{avg($0)}) AND NOT %{bool_or(isinf($0))} THEN error('FLOAT64 overflow') ELSE %{avg($0)} END
aggregate AVG(NUMERIC) NUMERIC = gs_numeric_divide(CAST(%{sum($0)} AS DECIMAL(38, 9)), CAST(%{count($0)} AS DECIMAL(38, 9)))
aggregate AVG(BIGNUMERIC) BIGNUMERIC = gs_bignumeric_average(%{sum($0)}, %{count($0)})
aggregate AVG(INTERVAL) INTERVAL = gs_interval_average(%{list($0)})
aggregate MIN(FLOAT64) FLOAT64 = CASE WHEN %{bool_or(isnan($0))} THEN CAST('nan' AS DOUBLE) ELSE %{min($0)} END
aggregate MIN(T) T = %{min($0)}
aggregate MAX(T) T = %{max($0)}
aggregate ANY_VALUE(T) T = %{any_value($0)}
aggregate LOGICAL_AND(BOOL) BOOL = %{bool_and($0)}
aggregate LOGICAL_OR(BOOL) BOOL = %{bool_or($0)}
aggregate BIT_AND(INT64) INT64 = %{bit_and($0)}
aggregate BIT_OR(INT64) INT64 = %{bit_or($0)}
aggregate BIT_XOR(INT64) INT64 = %{bit_xor($0)}
aggregate BIT_AND(BYTES) BYTES = gs_bytes_and_all(%{list($0)})
aggregate BIT_OR(BYTES) BYTES = gs_bytes_or_all(%{list($0)})
aggregate BIT_XOR(BYTES) BYTES = gs_bytes_xor_all(%{list($0)})
aggregate CORR(FLOAT64, FLOAT64) FLOAT64 = gs_corr(%{list($0)}, %{list($1)})
aggregate COVAR_POP(FLOAT64, FLOAT64) FLOAT64 = gs_covar_pop(%{list($0)}, %{list($1)})
aggregate COVAR_SAMP(FLOAT64, FLOAT64) FLOAT64 = gs_covar_samp(%{list($0)}, %{list($1)})
aggregate STDDEV(FLOAT64) FLOAT64 = CASE WHEN %{bool_or(NOT isfinite($0))} THEN CASE WHEN %{count($0)} > 1 THEN CAST('nan' AS DOUBLE) END WHEN %{max(abs($0))} >= 1e140 THEN %{stddev_samp(CASE WHEN isfinite($0) THEN $0 * pow(2e0, -562) END)} * pow(2e0, 562) ELSE %{stddev_samp(CASE WHEN abs($0) < 1e140 THEN $0 END)} END
aggregate STDDEV_SAMP(FLOAT64) FLOAT64 = CASE WHEN %{bool_or(NOT isfinite($0))} THEN CASE WHEN %{count($0)} > 1 THEN CAST('nan' AS DOUBLE) END WHEN %{max(abs($0))} >= 1e140 THEN %{stddev_samp(CASE WHEN isfinite($0) THEN $0 * pow(2e0, -562) END)} * pow(2e0, 562) ELSE %{stddev_samp(CASE WHEN abs($0) < 1e140 THEN $0 END)} END
aggregate STDDEV_POP(FLOAT64) FLOAT64 = CASE WHEN %{bool_or(NOT isfinite($0))} THEN CASE WHEN %{count($0)} > 0 THEN CAST('nan' AS DOUBLE) END WHEN %{max(abs($0))} >= 1e140 THEN %{stddev_pop(CASE WHEN isfinite($0) THEN $0 * pow(2e0, -562) END)} * pow(2e0, 562) ELSE %{stddev_pop(CASE WHEN abs($0) < 1e140 THEN $0 END)} END
aggregate VARIANCE(FLOAT64) FLOAT64 = CASE WHEN %{bool_or(NOT isfinite($0))} THEN CASE WHEN %{count($0)} > 1 THEN CAST('nan' AS DOUBLE) END WHEN %{max(abs($0))} >= 1e140 THEN %{var_samp(CASE WHEN isfinite($0) THEN $0 * pow(2e0, -562) END)} * pow(2e0, 562) * pow(2e0, 562) ELSE %{var_samp(CASE WHEN abs($0) < 1e140 THEN $0 END)} END
aggregate VAR_SAMP(FLOAT64) FLOAT64 = CASE WHEN %{bool_or(NOT isfinite($0))} THEN CASE WHEN %{count($0)} > 1 THEN CAST('nan' AS DOUBLE) END WHEN %{max(abs($0))} >= 1e140 THEN %{var_samp(CASE WHEN isfinite($0) THEN $0 * pow(2e0, -562) END)} * pow(2e0, 562) * pow(2e0, 562) ELSE %{var_samp(CASE WHEN abs($0) < 1e140 THEN $0 END)} END
aggregate VAR_POP(FLOAT64) FLOAT64 = CASE WHEN %{bool_or(NOT isfinite($0))} THEN CASE WHEN %{count($0)} > 0 THEN CAST('nan' AS DOUBLE) END WHEN %{max(abs($0))} >= 1e140 THEN %{var_pop(CASE WHEN isfinite($0) THEN $0 * pow(2e0, -562) END)} * pow(2e0, 562) * pow(2e0, 562) ELSE %{var_pop(CASE WHEN abs($0) < 1e140 THEN $0 END)} END
special MAX_BY(T, U) T
special MIN_BY(T, U) T
special COUNTIF(BOOL) INT64
special ARRAY_AGG(T) ARRAY<T>
special ARRAY_CONCAT_AGG(ARRAY<T>) ARRAY<T>
special STRING_AGG(STRING, [STRING]) STRING
special STRING_AGG(BYTES, [BYTES]) BYTES
special APPROX_COUNT_DISTINCT(ANY) INT64
special GROUPING(ANY) INT64
special APPROX_QUANTILES(T, INT64) ARRAY<T>
special APPROX_TOP_COUNT(T, INT64) ARRAY<STRUCT<value T, count INT64>>
special APPROX_TOP_SUM(T, U, INT64) ARRAY<STRUCT<value T, sum U>>
aggregate HLL_COUNT.INIT(INT64) BYTES = gs_hll_init(%{list(DISTINCT encode(CAST($0 AS VARCHAR)))}, 'i', 15::BIGINT)
aggregate HLL_COUNT.INIT(INT64, INT64) BYTES = gs_hll_init(%{list(DISTINCT encode(CAST($0 AS VARCHAR)))}, 'i', $1)
aggregate HLL_COUNT.INIT(NUMERIC) BYTES = gs_hll_init(%{list(DISTINCT encode(CAST($0 AS VARCHAR)))}, 'n', 15::BIGINT)
aggregate HLL_COUNT.INIT(NUMERIC, INT64) BYTES = gs_hll_init(%{list(DISTINCT encode(CAST($0 AS VARCHAR)))}, 'n', $1)
aggregate HLL_COUNT.INIT(BIGNUMERIC) BYTES = gs_hll_init(%{list(DISTINCT encode(CAST($0 AS VARCHAR)))}, 'g', 15::BIGINT)
aggregate HLL_COUNT.INIT(BIGNUMERIC, INT64) BYTES = gs_hll_init(%{list(DISTINCT encode(CAST($0 AS VARCHAR)))}, 'g', $1)
aggregate HLL_COUNT.INIT(STRING) BYTES = gs_hll_init(%{list(DISTINCT encode(CAST($0 AS VARCHAR)))}, 's', 15::BIGINT)
aggregate HLL_COUNT.INIT(STRING, INT64) BYTES = gs_hll_init(%{list(DISTINCT encode(CAST($0 AS VARCHAR)))}, 's', $1)
aggregate HLL_COUNT.INIT(BYTES) BYTES = gs_hll_init(%{list(DISTINCT $0)}, 'b', 15::BIGINT)
aggregate HLL_COUNT.INIT(BYTES, INT64) BYTES = gs_hll_init(%{list(DISTINCT $0)}, 'b', $1)
aggregate HLL_COUNT.MERGE(BYTES) INT64 = coalesce(gs_hll_merge(%{list($0)}), 0::BIGINT)
aggregate HLL_COUNT.MERGE_PARTIAL(BYTES) BYTES = gs_hll_merge_partial(%{list($0)})
HLL_COUNT.EXTRACT(BYTES) INT64 = gs_hll_merge([$0])
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
special PERCENTILE_CONT(FLOAT64, FLOAT64) FLOAT64
special PERCENTILE_CONT(NUMERIC, NUMERIC) NUMERIC
special PERCENTILE_CONT(BIGNUMERIC, BIGNUMERIC) BIGNUMERIC
special PERCENTILE_DISC(T, FLOAT64) T
";
