-- The same staging views and the same table as the project's, written by hand for DuckDB: the
-- opponent of the compiled project in the benchmark. `events` is the export, windows are 24 hours.
CREATE VIEW user_returninginfo AS
WITH engagement AS (
  SELECT
    user_pseudo_id,
    min(event_timestamp) AS user_first_engagement,
    max(event_timestamp) AS user_last_engagement
  FROM events
  WHERE event_name = 'user_engagement'
  GROUP BY user_pseudo_id
)
SELECT
  user_pseudo_id,
  user_first_engagement,
  user_last_engagement,
  month(make_timestamp(user_first_engagement)) AS month,
  dayofyear(make_timestamp(user_first_engagement)) AS julianday,
  dayofweek(make_timestamp(user_first_engagement)) + 1 AS dayofweek,
  user_first_engagement + 24 * 3600000000 AS churn_window_end,
  if(user_last_engagement < user_first_engagement + 24 * 3600000000, 1, 0) AS churned,
  if(user_last_engagement <= user_first_engagement + 600000000, 1, 0) AS bounced
FROM engagement;

CREATE VIEW user_demographics AS
WITH latest_engagement AS (
  SELECT
    user_pseudo_id,
    arg_max(
      {'country': geo.country, 'operating_system': device.operating_system, 'language': device.language},
      event_timestamp
    ) AS latest
  FROM events
  WHERE event_name = 'user_engagement'
  GROUP BY user_pseudo_id
)
SELECT user_pseudo_id, latest.country, latest.operating_system, latest.language
FROM latest_engagement;

CREATE VIEW user_aggregate_behaviour AS
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
FROM events
JOIN user_returninginfo USING (user_pseudo_id)
WHERE event_timestamp < user_first_engagement + 24 * 3600000000
GROUP BY user_pseudo_id;

CREATE TABLE churn_propensity AS
SELECT
  user_pseudo_id,
  country,
  operating_system,
  language,
  ifnull(cnt_user_engagement, 0) AS cnt_user_engagement,
  ifnull(cnt_level_start_quickplay, 0) AS cnt_level_start_quickplay,
  ifnull(cnt_level_end_quickplay, 0) AS cnt_level_end_quickplay,
  ifnull(cnt_level_complete_quickplay, 0) AS cnt_level_complete_quickplay,
  ifnull(cnt_level_reset_quickplay, 0) AS cnt_level_reset_quickplay,
  ifnull(cnt_post_score, 0) AS cnt_post_score,
  ifnull(cnt_spend_virtual_currency, 0) AS cnt_spend_virtual_currency,
  ifnull(cnt_ad_reward, 0) AS cnt_ad_reward,
  ifnull(cnt_challenge_a_friend, 0) AS cnt_challenge_a_friend,
  ifnull(cnt_completed_5_levels, 0) AS cnt_completed_5_levels,
  ifnull(cnt_use_extra_steps, 0) AS cnt_use_extra_steps,
  user_first_engagement,
  churned
FROM user_returninginfo
JOIN user_demographics USING (user_pseudo_id)
LEFT JOIN user_aggregate_behaviour USING (user_pseudo_id)
WHERE bounced = 0;
