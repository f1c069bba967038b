// What the churn pipeline counts, and over which windows of time.

// Events whose number per user is a feature; each becomes a column cnt_<event>.
const countedEvents = [
  "user_engagement",
  "level_start_quickplay",
  "level_end_quickplay",
  "level_complete_quickplay",
  "level_reset_quickplay",
  "post_score",
  "spend_virtual_currency",
  "ad_reward",
  "challenge_a_friend",
  "completed_5_levels",
  "use_extra_steps",
];

const MICROS_PER_MINUTE = 60 * 1000 * 1000;
const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;

// A user whose last engagement is this soon after the first one bounced.
const bounceWindowMicros = 10 * MICROS_PER_MINUTE;

// A window given in hours by a variable of the project, in microseconds as event_timestamp has them.
function windowMicros(variable) {
  const hours = Number(dataform.projectConfig.vars[variable]);
  if (!(hours > 0)) {
    throw new Error(`the variable ${variable} must be a positive number of hours`);
  }
  return Math.round(hours * MICROS_PER_HOUR);
}

const churnWindowMicros = () => windowMicros("churn_window_hours");
const featureWindowMicros = () => windowMicros("feature_window_hours");

// One line per counted event, joined for a SELECT list.
const forEachEvent = (line) => countedEvents.map(line).join(",\n  ");

const eventCounts = () =>
  forEachEvent((event) => `COUNTIF(event_name = '${event}') AS cnt_${event}`);

const eventCountsOrZero = (table) =>
  forEachEvent((event) => `IFNULL(${table}.cnt_${event}, 0) AS cnt_${event}`);

// The tenth, 0 to 9, that a user belongs to: the same on every run and in every table.
const tenthOf = (user) => `ABS(MOD(FARM_FINGERPRINT(${user}), 10))`;

module.exports = {
  countedEvents,
  bounceWindowMicros,
  churnWindowMicros,
  featureWindowMicros,
  eventCounts,
  eventCountsOrZero,
  tenthOf,
};
