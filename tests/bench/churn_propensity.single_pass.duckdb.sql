-- The whole way from events to outputs.churn_propensity, written by hand for DuckDB, as one statement.
CREATE OR REPLACE TABLE churn_propensity AS
WITH engaged AS (
  SELECT
    user_pseudo_id,
    min(event_timestamp) AS user_first_engagement,
    max(event_timestamp) AS user_last_engagement,
    arg_max_null(
      {'country': geo.country, 'operating_system': device.operating_system, 'language': device.language},
      event_timestamp
    ) AS latest
  FROM events
  WHERE event_name = 'user_engagement'
  GROUP BY user_pseudo_id
),
kept AS (
  SELECT * FROM engaged WHERE user_last_engagement > user_first_engagement + 600000000
),
behaviour AS (
  SELECT
    user_pseudo_id,
    count(*) FILTER (event_name = 'user_engagement') AS cnt_user_engagement,
    count(*) FILTER (event_name = 'level_start_quickplay') AS cnt_level_start_quickplay,
    count(*) FILTER (event_name = 'level_end_quickplay') AS cnt_level_end_quickplay,
    count(*) FILTER (event_name = 'level_complete_quickplay') AS cnt_level_complete_quickplay,
    count(*) FILTER (event_name = 'level_reset_quickplay') AS cnt_level_reset_quickplay,
    count(*) FILTER (event_name = 'post_score') AS cnt_post_score,
    count(*) FILTER (event_name = 'spend_virtual_currency') AS cnt_spend_virtual_currency,
    count(*) FILTER (event_name = 'ad_reward') AS cnt_ad_reward,
    count(*) FILTER (event_name = 'challenge_a_friend') AS cnt_challenge_a_friend,
    count(*) FILTER (event_name = 'completed_5_levels') AS cnt_completed_5_levels,
    count(*) FILTER (event_name = 'use_extra_steps') AS cnt_use_extra_steps
  FROM events JOIN kept USING (user_pseudo_id)
  WHERE event_timestamp < user_first_engagement + 24 * 3600000000
  GROUP BY user_pseudo_id
)
SELECT
  user_pseudo_id, latest.country, latest.operating_system, latest.language,
  behaviour.* EXCLUDE (user_pseudo_id), user_first_engagement,
  (user_last_engagement < user_first_engagement + 24 * 3600000000)::BIGINT AS churned
FROM kept LEFT JOIN behaviour USING (user_pseudo_id);
